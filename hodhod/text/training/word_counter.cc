// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/training/word_counter.h"

#include <algorithm>
#include <bit>
#include <limits>

#include "hodhod/text/lookup/hash.h"

namespace hodhod::text {

size_t stratum_of_line(std::string_view line, uint64_t seed) {
  uint64_t hash = (hash_bytes(line) ^ seed) * 0xBF58476D1CE4E5B9u;
  hash ^= hash >> 32;
  return std::min<size_t>(static_cast<size_t>(std::countr_zero(hash | uint64_t{1} << 63)), kStrata - 1);
}

WordCounter::Entry& WordCounter::find_or_add(std::string_view word, uint32_t hash) {
  if (2 * (entries_.size() + 1) > slots_.size()) grow();
  const size_t mask = slots_.size() - 1;
  for (size_t i = hash & mask;; i = (i + 1) & mask) {
    if (slots_[i] == 0) {
      Entry& entry = entries_.emplace_back();
      entry.hash = hash;
      entry.begin = words_.size();
      entry.size = static_cast<uint32_t>(word.size());
      words_.append(word);
      slots_[i] = static_cast<uint32_t>(entries_.size());
      return entry;
    }
    Entry& entry = entries_[slots_[i] - 1];
    if (entry.hash == hash && this->word(entry) == word) return entry;
  }
}

void WordCounter::add(std::string_view word, size_t stratum, uint32_t count) {
  const uint64_t hash = hash_bytes(word);
  uint32_t& total = find_or_add(word, static_cast<uint32_t>(hash)).counts[stratum];
  total = count > std::numeric_limits<uint32_t>::max() - total ? std::numeric_limits<uint32_t>::max()
                                                               : total + count;
}

void WordCounter::merge(const WordCounter& other, size_t first) {
  for (const Entry& from : other.entries_) {
    if (std::all_of(from.counts.begin() + static_cast<std::ptrdiff_t>(first), from.counts.end(),
                    [](uint32_t count) { return count == 0; })) {
      continue;
    }
    Entry& to = find_or_add(other.word(from), from.hash);
    for (size_t i = first; i < kStrata; ++i) {
      const uint64_t sum = uint64_t{to.counts[i]} + from.counts[i];
      to.counts[i] = static_cast<uint32_t>(std::min<uint64_t>(sum, std::numeric_limits<uint32_t>::max()));
    }
  }
}

void WordCounter::drop_before(size_t first) {
  WordCounter kept;
  kept.merge(*this, first);
  *this = std::move(kept);
}

void WordCounter::clear() {
  entries_.clear();
  std::fill(slots_.begin(), slots_.end(), 0);
  words_.clear();
}

uint64_t WordCounter::memory() const {
  return entries_.capacity() * sizeof(Entry) + slots_.capacity() * sizeof(uint32_t) + words_.capacity();
}

void WordCounter::grow() {
  slots_.assign(slots_.empty() ? 1024 : 2 * slots_.size(), 0);
  const size_t mask = slots_.size() - 1;
  for (size_t at = 0; at < entries_.size(); ++at) {
    size_t i = entries_[at].hash & mask;
    while (slots_[i] != 0) i = (i + 1) & mask;
    slots_[i] = static_cast<uint32_t>(at + 1);
  }
}

}  // namespace hodhod::text
