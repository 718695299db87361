// SPDX-License-Identifier: Apache-2.0
// The merge table of BPE and the loop that applies it.
#pragma once

#include <cstdint>
#include <vector>

#include "hodhod/base/rng.h"
#include "hodhod/text/lookup/hash.h"

namespace hodhod::text {

constexpr uint32_t kNoMerge = 0xFFFFFFFF;

struct Merge {
  uint32_t rank = kNoMerge;
  int32_t id = -1;  // the resulting token
};

// (left id, right id) → merge; open addressing.
class MergeTable {
 public:
  explicit MergeTable(size_t count = 0);
  // Replaces the merge of a pair that exists.
  void set(int32_t left, int32_t right, Merge merge);
  Merge find(int32_t left, int32_t right) const {
    const uint64_t key = key_of(left, right);
    for (size_t i = slot_of(key);; i = (i + 1) & mask_) {
      if (slots_[i].key == key) return slots_[i].merge;
      if (slots_[i].key == kFree) return {};
    }
  }
  uint32_t size() const { return count_; }

 private:
  static constexpr uint64_t kFree = ~uint64_t{0};
  struct Slot {
    uint64_t key = kFree;
    Merge merge;
  };
  static uint64_t key_of(int32_t left, int32_t right) {
    return uint64_t{static_cast<uint32_t>(left)} << 32 | static_cast<uint32_t>(right);
  }
  size_t slot_of(uint64_t key) const { return (key * 0x9E3779B97F4A7C15u >> 32) & mask_; }

  std::vector<Slot> slots_;
  size_t mask_;
  uint32_t count_ = 0;
};

// A part of a word: a token and the bytes it covers.
struct Symbol {
  int32_t id;
  uint32_t size;
};

// Buffers for merge_symbols.
struct MergeScratch {
  struct Node {
    int32_t id;
    uint32_t size;
    int32_t previous;
    int32_t next;
  };
  struct Candidate {
    uint32_t rank;
    uint32_t position;
    int32_t id;
  };
  std::vector<uint32_t> ranks;
  std::vector<int32_t> made;
  std::vector<Node> nodes;
  std::vector<Candidate> heap;
  std::vector<Candidate> skipped;
};

// Applies merges in order of rank, leftmost first, until none applies; O(n log n) for long words. With
// `dropout` > 0 each application is postponed with that probability until another one succeeds.
void merge_symbols(const MergeTable& merges, std::vector<Symbol>& word, double dropout, Rng& rng,
                   MergeScratch& scratch);

}  // namespace hodhod::text
