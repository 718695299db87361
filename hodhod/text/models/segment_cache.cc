// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/models/segment_cache.h"

#include <algorithm>

namespace hodhod::text {

const SegmentCache::Entry& SegmentCache::insert(std::string_view word, uint64_t hash,
                                                std::span<const Token> tokens, float margin) {
  if (count_ == kMostWords) {
    std::fill(slots_.begin(), slots_.end(), Entry{});
    words_.clear();
    tokens_.clear();
    count_ = 0;
  }
  if (2 * (count_ + 1) > slots_.size()) grow();
  ++count_;
  const size_t mask = slots_.size() - 1;
  size_t i = hash & mask;
  while (slots_[i].word_size != 0) i = (i + 1) & mask;
  slots_[i] = {.hash = hash,
               .word_begin = static_cast<uint32_t>(words_.size()),
               .tokens_begin = static_cast<uint32_t>(tokens_.size()),
               .word_size = static_cast<uint16_t>(word.size()),
               .token_count = static_cast<uint16_t>(tokens.size()),
               .margin = margin};
  words_.append(word);
  tokens_.insert(tokens_.end(), tokens.begin(), tokens.end());
  return slots_[i];
}

void SegmentCache::grow() {
  std::vector<Entry> old(slots_.empty() ? 1024 : 2 * slots_.size());
  old.swap(slots_);
  const size_t mask = slots_.size() - 1;
  for (const Entry& entry : old) {
    if (entry.word_size == 0) continue;
    size_t i = entry.hash & mask;
    while (slots_[i].word_size != 0) i = (i + 1) & mask;
    slots_[i] = entry;
  }
}

}  // namespace hodhod::text
