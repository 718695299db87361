// SPDX-License-Identifier: Apache-2.0
// Tokens of words seen lately: a table of fixed size (4 MiB), two places a word.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "hodhod/text/lookup/hash.h"
#include "hodhod/text/models/model.h"

namespace hodhod::text {

class WordCache {
 public:
  static constexpr size_t kMaxBytes = 30;
  static constexpr size_t kMaxTokens = 19;

  // Appends the tokens of `word` to `out`; false when it is not there. `hash` is hash_bytes(word).
  bool find(std::string_view word, uint64_t hash, std::vector<Token>& out) const {
    if (entries_.empty()) return false;
    const Entry* entry = &entries_[first_of(hash)];
    if (!entry->is(word) && !(++entry)->is(word)) return false;
    const size_t at = out.size();
    out.resize(at + entry->count);
    Token* token = out.data() + at;
    uint32_t begin = 0;
    for (unsigned i = 0; i < entry->count; ++i) {
      const uint32_t end = entry->ends[i];
      token[i] = {entry->ids[i], begin, end};
      begin = end;
    }
    return true;
  }

  // Remembers a word whose tokens cover it without gaps. Does nothing when it is too long.
  void add(std::string_view word, uint64_t hash, const Token* tokens, size_t count) {
    if (word.empty() || word.size() > kMaxBytes || count > kMaxTokens) return;
    if (entries_.empty()) entries_.resize(kEntries);
    // The newest goes to the first place and pushes what was there to the second.
    Entry* entry = &entries_[first_of(hash)];
    entry[1] = entry[0];
    entry->size = static_cast<uint8_t>(word.size());
    entry->count = static_cast<uint8_t>(count);
    std::memcpy(entry->word.data(), word.data(), word.size());
    for (size_t i = 0; i < count; ++i) {
      entry->ids[i] = tokens[i].id;
      entry->ends[i] = static_cast<uint8_t>(tokens[i].end);
    }
  }

 private:
  static constexpr size_t kEntries = 1 << 15;
  struct Entry {
    std::array<int32_t, kMaxTokens> ids;
    std::array<uint8_t, kMaxTokens> ends;
    uint8_t size = 0;  // 0: free
    uint8_t count = 0;
    std::array<char, kMaxBytes> word;

    bool is(std::string_view other) const {
      return size == other.size() && std::memcmp(word.data(), other.data(), size) == 0;
    }
  };
  static size_t first_of(uint64_t hash) { return (hash >> 20) & (kEntries - 2); }

  std::vector<Entry> entries_;
};

}  // namespace hodhod::text
