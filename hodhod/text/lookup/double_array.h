// SPDX-License-Identifier: Apache-2.0
// A trie of byte strings as a double array (Aoe 1989): a step from a node to its child reads one cell.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace hodhod::text {

class DoubleArray {
 public:
  static constexpr uint32_t kRoot = 0;
  static constexpr uint32_t kNone = UINT32_MAX;

  // Without keys.
  DoubleArray() : cells_(256) {}
  // Keys are distinct and not empty; values are ≥ 0. Any order.
  explicit DoubleArray(std::vector<std::pair<std::string_view, int32_t>> keys);

  // The child of `node` by `byte`, or kNone.
  uint32_t child(uint32_t node, unsigned char byte) const {
    const uint32_t next = cells_[node].base + byte;
    return cells_[next].parent == node ? next : kNone;
  }
  // The value of the key that ends at `node`, or −1.
  int32_t value(uint32_t node) const { return cells_[node].value; }

  // The value of `key`, or −1.
  int32_t find(std::string_view key) const;
  // Calls hit(length, value) for each key that `text` begins with, shortest first.
  template <class Hit>
  void prefixes(std::string_view text, Hit hit) const {
    uint32_t node = kRoot;
    for (size_t i = 0; i < text.size(); ++i) {
      node = child(node, static_cast<unsigned char>(text[i]));
      if (node == kNone) return;
      if (cells_[node].value >= 0) hit(i + 1, cells_[node].value);
    }
  }

 private:
  // There are 256 cells after the highest base, so that base + byte needs no check against the size.
  struct Cell {
    uint32_t base = 0;
    uint32_t parent = kNone;
    int32_t value = -1;
  };
  std::vector<Cell> cells_;

  friend class DoubleArrayBuilder;
};

}  // namespace hodhod::text
