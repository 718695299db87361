// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/models/word_cache.h"

namespace hodhod::text {

const WordCache::Entry* WordCache::insert(const WordKey& key, std::span<const Token> tokens, float weight,
                                          float limit) {
  const size_t size = key.word.size();
  if (size == 0 || size > kLongestWord || tokens.size() > kMostTokens) return nullptr;
  if (const Entry* known = find(key)) return known;
  if (count_ == kMostWords) {
    std::fill(entries_.begin(), entries_.end(), Entry{});
    rests_.clear();
    count_ = 0;
  }
  if (4 * (count_ + 1) > 3 * entries_.size()) grow();
  ++count_;
  Entry& entry = free_place(key);
  entry = {.head = key.head,
           .size = static_cast<uint8_t>(size),
           .count = static_cast<uint8_t>(tokens.size()),
           .weight = weight,
           .limit = limit};
  const size_t first = std::min(tokens.size(), kTokensInEntry);
  for (size_t i = 0; i < first; ++i) {
    entry.ids[i] = tokens[i].id;
    entry.ends[i] = static_cast<uint8_t>(tokens[i].end);
  }
  if (size <= WordKey::kHeadBytes && tokens.size() <= kTokensInEntry) return &entry;
  entry.rest = static_cast<uint32_t>(rests_.size());
  Rest& rest = rests_.emplace_back();
  if (size > WordKey::kHeadBytes) key.word.copy(rest.word.data(), rest.word.size(), WordKey::kHeadBytes);
  for (size_t i = first; i < tokens.size(); ++i) {
    rest.ids[i - first] = tokens[i].id;
    rest.ends[i - first] = static_cast<uint8_t>(tokens[i].end);
  }
  return &entry;
}

WordCache::Entry& WordCache::free_place(const WordKey& key) {
  size_t at = place(key);
  while (entries_[at].size != 0) at = (at + 1) & (entries_.size() - 1);
  return entries_[at];
}

void WordCache::grow() {
  std::vector<Entry> old(entries_.empty() ? 1024 : 2 * entries_.size());
  old.swap(entries_);
  std::array<char, kLongestWord> word;
  for (const Entry& entry : old) {
    if (entry.size == 0) continue;
    std::memcpy(word.data(), entry.head.data(), WordKey::kHeadBytes);
    if (entry.size > WordKey::kHeadBytes) {
      const auto& rest = rests_[entry.rest].word;
      std::copy(rest.begin(), rest.end(), word.begin() + WordKey::kHeadBytes);
    }
    free_place(WordKey({word.data(), entry.size})) = entry;
  }
}

}  // namespace hodhod::text
