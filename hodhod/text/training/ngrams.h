// SPDX-License-Identifier: Apache-2.0
// Counts of n-grams: runs of one, two or three neighbouring tokens.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace hodhod::text {

constexpr int kMaxNgramOrder = 3;

// Calls visit(std::span<const int32_t>) for each of the T − order + 1 n-grams of `ids` [T], in order.
template <class Visit>
void for_each_ngram(std::span<const int32_t> ids, int order, Visit&& visit) {
  const auto n = static_cast<size_t>(order);
  for (size_t i = 0; i + n <= ids.size(); ++i) visit(ids.subspan(i, n));
}

// Counts of n-grams of one order (1, 2 or 3); open addressing, 24 bytes a place. Ids are not negative.
class NgramCounts {
 public:
  explicit NgramCounts(int order);

  int order() const { return order_; }
  // Counts the n-grams of one sequence; none spans two sequences.
  void add(std::span<const int32_t> ids);
  void add_ngram(std::span<const int32_t> ngram, int64_t count = 1);
  // 0 for an n-gram that was not seen.
  int64_t count(std::span<const int32_t> ngram) const;
  int64_t total() const { return total_; }                          // of all counts
  int64_t distinct() const { return static_cast<int64_t>(used_); }  // how many n-grams

  // The n-grams in order of their ids, with their counts; unused elements of the key are −1.
  using Key = std::array<int32_t, kMaxNgramOrder>;
  std::vector<std::pair<Key, int64_t>> sorted() const;

 private:
  struct Slot {
    Key key = {-1, -1, -1};
    int64_t count = 0;
  };
  Key key_of(std::span<const int32_t> ngram) const;
  size_t slot_of(const Key& key) const;
  void grow();

  int order_;
  size_t used_ = 0;
  int64_t total_ = 0;
  std::vector<Slot> slots_;
};

}  // namespace hodhod::text
