// SPDX-License-Identifier: Apache-2.0
#include "hodhod/train/metrics/edit_distance.h"

#include <algorithm>
#include <bit>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace hodhod::metrics {
namespace {

constexpr size_t kBits = 64;

// Where units stand in a sequence, as bits. A unit that is frequent has its words at hand, and of any other
// the places are written when it is asked for, so that neither time nor memory grows with the number of
// different units.
class PlacesOfUnits {
 public:
  explicit PlacesOfUnits(Units sequence) : words_((sequence.size() + kBits - 1) / kBits), bits_(words_) {
    for (size_t i = 0; i < sequence.size(); ++i) places_[sequence[i]].push_back(i);
    for (const auto& [unit, places] : places_) {
      if (places.size() <= words_) continue;
      std::vector<uint64_t>& bits = frequent_[unit];
      bits.resize(words_);
      mark(places, bits);
    }
  }

  size_t words() const { return words_; }

  // Valid until the next call.
  std::span<const uint64_t> of(std::string_view unit) {
    if (const auto known = frequent_.find(unit); known != frequent_.end()) return known->second;
    if (written_ != nullptr) {
      for (const size_t place : *written_) bits_[place / kBits] = 0;
    }
    const auto found = places_.find(unit);
    written_ = found == places_.end() ? nullptr : &found->second;
    if (written_ != nullptr) mark(*written_, bits_);
    return bits_;
  }

 private:
  static void mark(const std::vector<size_t>& places, std::vector<uint64_t>& bits) {
    for (const size_t place : places) bits[place / kBits] |= uint64_t{1} << (place % kBits);
  }

  size_t words_;
  std::vector<uint64_t> bits_;  // of the unit asked for last
  const std::vector<size_t>* written_ = nullptr;
  std::unordered_map<std::string_view, std::vector<size_t>> places_;
  std::unordered_map<std::string_view, std::vector<uint64_t>> frequent_;
};

// Takes what both begin and end with out of both; returns how much that was.
int64_t take_common_ends(Units& a, Units& b) {
  const size_t before = a.size();
  size_t same = 0;
  while (same < a.size() && same < b.size() && a[same] == b[same]) ++same;
  a = a.subspan(same);
  b = b.subspan(same);
  same = 0;
  while (same < a.size() && same < b.size() && a[a.size() - 1 - same] == b[b.size() - 1 - same]) ++same;
  a = a.first(a.size() - same);
  b = b.first(b.size() - same);
  return static_cast<int64_t>(before - a.size());
}

// 64 rows of a column of the table, as the differences between neighbours: +1 where `plus` has a bit, −1
// where `minus` has one.
struct Rows {
  uint64_t plus = ~uint64_t{0}, minus = 0;
};

// Moves the rows to the next column. `same` marks the rows whose unit is that of the column. `from_above` is
// the difference between the two columns above the rows; returned is that in the row `last`.
int next_column(Rows& rows, uint64_t same, int from_above, uint64_t last) {
  const uint64_t vertical = same | rows.minus;
  if (from_above < 0) same |= 1;
  const uint64_t horizontal = (((same & rows.plus) + rows.plus) ^ rows.plus) | same;
  uint64_t plus = rows.minus | ~(horizontal | rows.plus);
  uint64_t minus = rows.plus & horizontal;
  const int below = (plus & last) != 0 ? 1 : (minus & last) != 0 ? -1 : 0;
  plus = plus << 1 | (from_above > 0 ? 1 : 0);
  minus = minus << 1 | (from_above < 0 ? 1 : 0);
  rows.plus = minus | ~(vertical | plus);
  rows.minus = plus & vertical;
  return below;
}

}  // namespace

int64_t edit_distance(Units a, Units b) {
  take_common_ends(a, b);
  if (a.size() > b.size()) std::swap(a, b);
  if (a.empty()) return static_cast<int64_t>(b.size());
  PlacesOfUnits places(a);
  std::vector<Rows> column(places.words());
  const uint64_t end = uint64_t{1} << ((a.size() - 1) % kBits);
  auto distance = static_cast<int64_t>(a.size());
  for (const std::string_view unit : b) {
    const auto same = places.of(unit);
    int difference = 1;
    for (size_t i = 0; i < column.size(); ++i) {
      const uint64_t last = i + 1 == column.size() ? end : uint64_t{1} << (kBits - 1);
      difference = next_column(column[i], same[i], difference, last);
    }
    distance += difference;
  }
  return distance;
}

int64_t common_subsequence(Units a, Units b) {
  int64_t length = take_common_ends(a, b);
  if (a.empty() || b.empty()) return length;
  PlacesOfUnits places(a);
  std::vector<uint64_t> column(places.words(), ~uint64_t{0});  // a bit is 0 where the length grows
  for (const std::string_view unit : b) {
    const auto same = places.of(unit);
    uint64_t carry = 0;
    for (size_t i = 0; i < column.size(); ++i) {
      const uint64_t matched = column[i] & same[i];
      const uint64_t with_carry = column[i] + carry;
      const uint64_t sum = with_carry + matched;
      carry = (with_carry < carry || sum < matched) ? 1 : 0;
      column[i] = sum | (column[i] & ~matched);
    }
  }
  for (size_t i = 0; i < a.size(); ++i) length += (column[i / kBits] >> (i % kBits) & 1) == 0 ? 1 : 0;
  return length;
}

}  // namespace hodhod::metrics
