// SPDX-License-Identifier: Apache-2.0
// Pieces of words met before, with room for a number a word. Text repeats itself: nine words in ten of a
// corpus are found here.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hodhod/text/lookup/hash.h"
#include "hodhod/text/models/model.h"

namespace hodhod::text {

class SegmentCache {
 public:
  static constexpr size_t kLongestWord = 64;  // bytes; longer ones seldom come back

  struct Entry {
    uint64_t hash = 0;
    uint32_t word_begin = 0;
    uint32_t tokens_begin = 0;
    uint16_t word_size = 0;  // 0: an empty slot
    uint16_t token_count = 0;
    float margin = 0;  // for the model to use
  };

  // The entry of a word of 1 to kLongestWord bytes, or nullptr.
  const Entry* find(std::string_view word, uint64_t hash) const {
    if (slots_.empty()) return nullptr;
    const size_t mask = slots_.size() - 1;
    for (size_t i = hash & mask;; i = (i + 1) & mask) {
      const Entry& entry = slots_[i];
      if (entry.word_size == 0) return nullptr;
      if (entry.hash == hash && entry.word_size == word.size() &&
          std::memcmp(words_.data() + entry.word_begin, word.data(), word.size()) == 0) {
        return &entry;
      }
    }
  }
  std::span<const Token> tokens(const Entry& entry) const {
    return {tokens_.data() + entry.tokens_begin, entry.token_count};
  }
  // Puts in a word that is not there. When it is full, it forgets everything first.
  const Entry& insert(std::string_view word, uint64_t hash, std::span<const Token> tokens, float margin);

 private:
  static constexpr size_t kMostWords = size_t{1} << 16;
  void grow();

  std::vector<Entry> slots_;  // a power of two, at most half full
  std::string words_;
  std::vector<Token> tokens_;
  size_t count_ = 0;
};

}  // namespace hodhod::text
