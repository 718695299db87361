// SPDX-License-Identifier: Apache-2.0
// The extents of a tensor, outermost first; at most eight, stored in place.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>

#include "hodhod/base/error.h"

namespace hodhod {

class Shape {
 public:
  static constexpr int kMaxRank = 8;

  Shape() = default;  // of a scalar
  Shape(std::initializer_list<int64_t> extents) : Shape(std::span(extents.begin(), extents.size())) {}
  explicit Shape(std::span<const int64_t> extents);

  int rank() const { return rank_; }
  // Extent of dimension i; negative i counts from the end.
  int64_t operator[](int i) const { return extents_[index(i)]; }
  int64_t& operator[](int i) { return extents_[index(i)]; }
  // Product of the extents; 1 for a scalar.
  int64_t numel() const;

  const int64_t* begin() const { return extents_.data(); }
  const int64_t* end() const { return extents_.data() + rank_; }
  void push_back(int64_t extent);
  // i in [0, rank) for i in [−rank, rank); anything else is an Error.
  int index(int i) const {
    const int positive = i < 0 ? i + rank_ : i;
    check(positive >= 0 && positive < rank_, "dimension {} of a tensor of rank {}; give one from {} to {}", i,
          rank_, -rank_, rank_ - 1);
    return positive;
  }

  friend bool operator==(const Shape& a, const Shape& b) {
    if (a.rank_ != b.rank_) return false;
    for (int i = 0; i < a.rank_; ++i) {
      if (a.extents_[i] != b.extents_[i]) return false;
    }
    return true;
  }

 private:
  std::array<int64_t, kMaxRank> extents_{};
  int rank_ = 0;
};

// "[2, 3, 64]"
std::string to_string(const Shape& shape);

// The shape that a and b broadcast to (aligned at the last dimension, 1 stretches); Error names `op`.
Shape broadcast(const char* op, const Shape& a, const Shape& b);

// Steps in elements of a dense row-major tensor.
Shape dense_strides(const Shape& shape);

}  // namespace hodhod

template <>
struct fmt::formatter<hodhod::Shape> {
  constexpr auto parse(fmt::format_parse_context& context) { return context.begin(); }
  template <class FormatContext>
  auto format(const hodhod::Shape& shape, FormatContext& context) const {
    auto out = context.out();
    for (char c : hodhod::to_string(shape)) *out++ = c;
    return out;
  }
};
