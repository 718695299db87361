// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/feature_counter.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "hodhod/base/error.h"
#include "hodhod/base/hash.h"

namespace hodhod {

SpellingTable::SpellingTable(size_t expected) : slots_(std::bit_ceil(2 * expected + 16)) {}

// Where this hash is, or the free slot where it would be.
size_t SpellingTable::slot_of(uint64_t hash) const {
  const size_t mask = slots_.size() - 1;
  size_t at = hash & mask;
  while (slots_[at].row != kAbsent && slots_[at].hash != hash) at = (at + 1) & mask;
  return at;
}

uint32_t SpellingTable::find(std::string_view spelling) const {
  return slots_[slot_of(hash64(spelling))].row;
}

uint32_t SpellingTable::insert(std::string_view spelling, uint32_t row) {
  const uint64_t hash = hash64(spelling);
  Slot& slot = slots_[slot_of(hash)];
  if (slot.row != kAbsent) return slot.row;
  slot = {hash, row};
  if (++used_ * 2 > slots_.size()) grow();
  return row;
}

void SpellingTable::grow() {
  const std::vector<Slot> old = std::exchange(slots_, std::vector<Slot>(slots_.size() * 2));
  for (const Slot& slot : old) {
    if (slot.row != kAbsent) slots_[slot_of(slot.hash)] = slot;
  }
}

void FeatureCounter::add(std::string_view spelling) {
  check(entries_.size() < SpellingTable::kAbsent - 1, "features: there are more than {}; count fewer n-grams",
        entries_.size());
  const auto next = static_cast<uint32_t>(entries_.size());
  const uint32_t row = rows_.insert(spelling, next);
  if (row == next) {
    entries_.push_back({spellings_.size(), static_cast<uint32_t>(spelling.size()), 0, 0, 0});
    spellings_ += spelling;
  }
  Entry& entry = entries_[row];
  ++entry.count;
  const auto text = static_cast<uint32_t>(texts_ + 1);
  if (entry.last_text == text) return;
  entry.last_text = text;
  ++entry.texts;
}

std::vector<FeatureCounter::Count> FeatureCounter::commonest(int64_t min_count, int64_t most) const {
  std::vector<Count> counts;
  for (const Entry& entry : entries_) {
    if (entry.count < min_count) continue;
    counts.push_back(
        {std::string_view(spellings_).substr(entry.begin, entry.length), entry.count, entry.texts});
  }
  std::sort(counts.begin(), counts.end(), [](const Count& a, const Count& b) {
    return a.count != b.count ? a.count > b.count : a.spelling < b.spelling;
  });
  if (most > 0 && std::ssize(counts) > most) counts.resize(static_cast<size_t>(most));
  return counts;
}

}  // namespace hodhod
