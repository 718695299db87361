// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/lookup/double_array.h"

#include <algorithm>
#include <bit>

#include "hodhod/base/error.h"

namespace hodhod::text {

// Places the children of one node after another. One AND for each child finds which of 64 bases put all of
// them on free cells.
class DoubleArrayBuilder {
 public:
  explicit DoubleArrayBuilder(DoubleArray& out) : cells_(out.cells_) {
    cells_.clear();
    grow(1024);
    take(DoubleArray::kRoot);
  }

  void build(const std::vector<std::pair<std::string_view, int32_t>>& keys) {
    struct KeyRange {
      uint32_t node;
      size_t begin, end, depth;
    };
    std::vector<KeyRange> todo{{DoubleArray::kRoot, 0, keys.size(), 0}};
    std::vector<std::pair<unsigned char, size_t>> children;  // the byte, and where its keys begin
    while (!todo.empty()) {
      const KeyRange range = todo.back();
      todo.pop_back();
      size_t begin = range.begin;
      if (begin < range.end && keys[begin].first.size() == range.depth)
        cells_[range.node].value = keys[begin++].second;
      children.clear();
      for (size_t i = begin; i < range.end; ++i) {
        const auto byte = static_cast<unsigned char>(keys[i].first[range.depth]);
        if (children.empty() || children.back().first != byte) children.emplace_back(byte, i);
      }
      if (children.empty()) continue;
      const uint32_t base = find_base(children);
      cells_[range.node].base = base;
      for (size_t i = children.size(); i-- > 0;) {
        const uint32_t node = base + children[i].first;
        take(node);
        cells_[node].parent = range.node;
        todo.push_back({node, children[i].second,
                        i + 1 < children.size() ? children[i + 1].second : range.end, range.depth + 1});
      }
    }
    cells_.resize(highest_base_ + 256);
    cells_.shrink_to_fit();
  }

 private:
  // How far to search after the first word with room before taking new cells.
  static constexpr size_t kLookWords = 64;

  uint32_t find_base(const std::vector<std::pair<unsigned char, size_t>>& children) {
    const uint32_t first = children.front().first;
    for (size_t word = first_word_;; ++word) {
      if (word == first_word_ + kLookWords && word * 64 <= highest_taken_) {
        word = highest_taken_ / 64 + 1;
        ++first_word_;  // what does not fit now is unlikely to fit later
      }
      while ((word + 6) * 64 > cells_.size()) grow(cells_.size() * 2);
      uint64_t fits = ~uint64_t{0};
      for (const auto& child : children) fits &= free_at(word * 64 + child.first - first);
      if (fits == 0) continue;
      const auto base =
          static_cast<uint32_t>(word * 64 + static_cast<size_t>(std::countr_zero(fits))) - first;
      highest_base_ = std::max(highest_base_, base);
      return base;
    }
  }

  // A bit for each of 64 cells from `cell` on: whether it is free.
  uint64_t free_at(size_t cell) const {
    const size_t shift = cell % 64;
    const uint64_t low = ~used_[cell / 64] >> shift;
    return shift == 0 ? low : low | ~used_[cell / 64 + 1] << (64 - shift);
  }

  void grow(size_t cells) {
    cells_.resize(cells);
    used_.resize(cells / 64);
  }

  void take(uint32_t node) {
    used_[node / 64] |= uint64_t{1} << node % 64;
    highest_taken_ = std::max(highest_taken_, node);
    // Words that are nearly full are not worth looking at any more.
    while (std::popcount(used_[first_word_]) >= 60) ++first_word_;
  }

  std::vector<DoubleArray::Cell>& cells_;
  std::vector<uint64_t> used_;  // a bit a cell
  size_t first_word_ = 4;       // so that no base is below 1
  uint32_t highest_taken_ = 0;
  uint32_t highest_base_ = 0;
};

DoubleArray::DoubleArray(std::vector<std::pair<std::string_view, int32_t>> keys) {
  std::sort(keys.begin(), keys.end());
  for (size_t i = 0; i < keys.size(); ++i) {
    check(!keys[i].first.empty() && keys[i].second >= 0,
          "DoubleArray: key {} is empty or its value is negative", i);
    check(i == 0 || keys[i].first != keys[i - 1].first, "DoubleArray: key '{}' occurs twice", keys[i].first);
  }
  DoubleArrayBuilder(*this).build(keys);
}

int32_t DoubleArray::find(std::string_view key) const {
  uint32_t node = kRoot;
  for (const char c : key) {
    node = child(node, static_cast<unsigned char>(c));
    if (node == kNone) return -1;
  }
  return value(node);
}

}  // namespace hodhod::text
