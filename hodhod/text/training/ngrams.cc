// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/training/ngrams.h"

#include <algorithm>

#include "hodhod/base/error.h"
#include "hodhod/text/lookup/hash.h"

namespace hodhod::text {

NgramCounts::NgramCounts(int order) : order_(order), slots_(64) {
  check(order >= 1 && order <= kMaxNgramOrder, "n-grams: the order is {}; it must be 1, 2 or 3", order);
}

NgramCounts::Key NgramCounts::key_of(std::span<const int32_t> ngram) const {
  check(ngram.size() == static_cast<size_t>(order_), "n-grams: {} tokens were given; each n-gram has {}",
        ngram.size(), order_);
  Key key = {-1, -1, -1};
  std::copy(ngram.begin(), ngram.end(), key.begin());
  check(key[0] >= 0, "n-grams: the id {} is negative", key[0]);
  return key;
}

size_t NgramCounts::slot_of(const Key& key) const {
  const uint64_t hash = hash_bytes(reinterpret_cast<const char*>(key.data()), sizeof(key));
  size_t i = hash & (slots_.size() - 1);
  while (slots_[i].key[0] >= 0 && slots_[i].key != key) i = (i + 1) & (slots_.size() - 1);
  return i;
}

void NgramCounts::grow() {
  std::vector<Slot> old(slots_.size() * 2);
  old.swap(slots_);
  for (const Slot& slot : old) {
    if (slot.key[0] >= 0) slots_[slot_of(slot.key)] = slot;
  }
}

void NgramCounts::add(std::span<const int32_t> ids) {
  for_each_ngram(ids, order_, [&](std::span<const int32_t> ngram) { add_ngram(ngram); });
}

void NgramCounts::add_ngram(std::span<const int32_t> ngram, int64_t count) {
  const Key key = key_of(ngram);
  if (used_ * 3 >= slots_.size() * 2) grow();
  Slot& slot = slots_[slot_of(key)];
  if (slot.key[0] < 0) {
    slot.key = key;
    ++used_;
  }
  slot.count += count;
  total_ += count;
}

int64_t NgramCounts::count(std::span<const int32_t> ngram) const {
  return slots_[slot_of(key_of(ngram))].count;
}

std::vector<std::pair<NgramCounts::Key, int64_t>> NgramCounts::sorted() const {
  std::vector<std::pair<Key, int64_t>> items;
  items.reserve(used_);
  for (const Slot& slot : slots_) {
    if (slot.key[0] >= 0) items.emplace_back(slot.key, slot.count);
  }
  std::sort(items.begin(), items.end());
  return items;
}

}  // namespace hodhod::text
