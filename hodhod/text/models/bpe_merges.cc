// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/models/bpe_merges.h"

#include <algorithm>
#include <bit>

namespace hodhod::text {
namespace {

// Up to here a scan for the lowest rank is cheaper than a heap.
constexpr size_t kShort = 40;

void merge_short(const MergeTable& merges, std::vector<Symbol>& word, MergeScratch& scratch) {
  auto& ranks = scratch.ranks;
  auto& made = scratch.made;
  size_t n = word.size();
  ranks.resize(n);
  made.resize(n);
  const auto look_up = [&](size_t i) {
    const Merge merge = merges.find(word[i].id, word[i + 1].id);
    ranks[i] = merge.rank;
    made[i] = merge.id;
  };
  for (size_t i = 0; i + 1 < n; ++i) look_up(i);
  while (n > 1) {
    size_t best = 0;
    uint32_t lowest = ranks[0];
    for (size_t i = 1; i + 1 < n; ++i) {
      if (ranks[i] < lowest) {
        lowest = ranks[i];
        best = i;
      }
    }
    if (lowest == kNoMerge) break;
    word[best] = {made[best], word[best].size + word[best + 1].size};
    for (size_t i = best + 1; i + 1 < n; ++i) {
      word[i] = word[i + 1];
      ranks[i] = ranks[i + 1];
      made[i] = made[i + 1];
    }
    --n;
    if (best > 0) look_up(best - 1);
    if (best + 1 < n) look_up(best);
  }
  word.resize(n);
}

class LongMerger {
 public:
  LongMerger(const MergeTable& merges, MergeScratch& scratch) : merges_(merges), s_(scratch) {}

  void run(std::vector<Symbol>& word, double dropout, Rng& rng) {
    s_.nodes.clear();
    s_.heap.clear();
    s_.skipped.clear();
    const auto n = static_cast<int32_t>(word.size());
    for (int32_t i = 0; i < n; ++i) {
      s_.nodes.push_back({word[static_cast<size_t>(i)].id, word[static_cast<size_t>(i)].size, i - 1,
                          i + 1 < n ? i + 1 : -1});
    }
    for (int32_t i = 0; i + 1 < n; ++i) consider(i, false);
    std::make_heap(s_.heap.begin(), s_.heap.end(), later);
    while (!s_.heap.empty()) {
      std::pop_heap(s_.heap.begin(), s_.heap.end(), later);
      const MergeScratch::Candidate top = s_.heap.back();
      s_.heap.pop_back();
      if (dropout > 0 && rng.uniform_double() < dropout) {
        s_.skipped.push_back(top);
        continue;
      }
      for (const auto& candidate : s_.skipped) push(candidate);
      s_.skipped.clear();
      apply(top);
    }
    word.clear();
    for (int32_t i = 0; i >= 0; i = node(i).next) word.push_back({node(i).id, node(i).size});
  }

 private:
  MergeScratch::Node& node(int32_t i) { return s_.nodes[static_cast<size_t>(i)]; }

  static bool later(const MergeScratch::Candidate& a, const MergeScratch::Candidate& b) {
    return a.rank != b.rank ? a.rank > b.rank : a.position > b.position;
  }

  void push(const MergeScratch::Candidate& candidate) {
    s_.heap.push_back(candidate);
    std::push_heap(s_.heap.begin(), s_.heap.end(), later);
  }

  void consider(int32_t i, bool into_heap = true) {
    const Merge merge = merges_.find(node(i).id, node(node(i).next).id);
    if (merge.rank == kNoMerge) return;
    const MergeScratch::Candidate candidate{merge.rank, static_cast<uint32_t>(i), merge.id};
    into_heap ? push(candidate) : s_.heap.push_back(candidate);
  }

  void apply(const MergeScratch::Candidate& top) {
    auto& left = node(static_cast<int32_t>(top.position));
    // A node that was merged into its left neighbour has id −1; a pair that changed has another merge or
    // none.
    if (left.id < 0 || left.next < 0) return;
    auto& right = node(left.next);
    const Merge merge = merges_.find(left.id, right.id);
    if (merge.rank == kNoMerge || merge.id != top.id) return;
    left.id = top.id;
    left.size += right.size;
    left.next = right.next;
    right.id = -1;
    const auto position = static_cast<int32_t>(top.position);
    if (left.next >= 0) node(left.next).previous = position;
    if (left.previous >= 0) consider(left.previous);
    if (left.next >= 0) consider(position);
  }

  const MergeTable& merges_;
  MergeScratch& s_;
};

}  // namespace

MergeTable::MergeTable(size_t count) : slots_(std::bit_ceil(count * 2 + 2)), mask_(slots_.size() - 1) {}

void MergeTable::set(int32_t left, int32_t right, Merge merge) {
  const uint64_t key = key_of(left, right);
  size_t i = slot_of(key);
  while (slots_[i].key != kFree && slots_[i].key != key) i = (i + 1) & mask_;
  if (slots_[i].key == kFree) ++count_;
  slots_[i] = {key, merge};
}

void merge_symbols(const MergeTable& merges, std::vector<Symbol>& word, double dropout, Rng& rng,
                   MergeScratch& scratch) {
  if (word.size() < 2) return;
  if (word.size() <= kShort && dropout <= 0) {
    merge_short(merges, word, scratch);
  } else {
    LongMerger(merges, scratch).run(word, dropout, rng);
  }
}

}  // namespace hodhod::text
