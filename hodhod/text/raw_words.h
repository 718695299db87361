// SPDX-License-Identifier: Apache-2.0
// The short way from a raw text to ids: a word met before needs neither normalising nor segmenting.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

#include "hodhod/text/hash.h"
#include "hodhod/text/model.h"
#include "hodhod/text/normalizer.h"
#include "hodhod/text/sentencepiece_normalizer.h"

namespace hodhod::text {

// Pieces of raw words, one cache line each.
class RawWordCache {
 public:
  static constexpr size_t kLongestWord = 26;
  static constexpr size_t kMostPieces = 7;
  struct alignas(64) Entry {
    std::array<int32_t, kMostPieces> ids;
    float margin = 0;
    uint32_t hash = 0;
    uint8_t size = 0;  // 0: free
    uint8_t count = 0;
    std::array<char, kLongestWord> word;
  };

  const Entry* find(std::string_view word, uint64_t hash) const {
    if (entries_.empty()) return nullptr;
    const Entry& entry = entries_[place(hash)];
    const bool same = entry.hash == static_cast<uint32_t>(hash) && entry.size == word.size() &&
                      std::memcmp(entry.word.data(), word.data(), word.size()) == 0;
    return same ? &entry : nullptr;
  }
  // Puts a word in the place of another. Nothing happens when it is too long or has too many pieces.
  void insert(std::string_view word, uint64_t hash, const std::vector<Token>& pieces, float margin);

 private:
  static constexpr size_t kEntries = size_t{1} << 16;
  static size_t place(uint64_t hash) { return hash >> 32 & (kEntries - 1); }
  std::vector<Entry> entries_;
};

// What a SentencePiece normaliser does to a text, word by word: possible when no rule of its character map
// reaches over a space, and no user-defined piece is looked for.
class RawWords {
 public:
  // nullptr where a text cannot be normalised word by word.
  static std::unique_ptr<const RawWords> make(const SentencePieceNormalizerOptions& options);

  // The next word of `text` from `at` on; empty at the end. With spaces to be removed it is a run of other
  // characters, else it begins with the spaces before it.
  std::string_view next(std::string_view text, size_t& at) const {
    if (removes_spaces_) {
      while (at < text.size() && text[at] == ' ') ++at;
    }
    const size_t begin = at;
    while (at < text.size() && text[at] == ' ') ++at;
    if (at < text.size()) {
      const void* space = std::memchr(text.data() + at, ' ', text.size() - at);
      at =
          space == nullptr ? text.size() : static_cast<size_t>(static_cast<const char*>(space) - text.data());
    }
    return text.substr(begin, at - begin);
  }
  // Whether a word's pieces depend on its being the first.
  bool first_differs() const { return first_differs_; }
  // The word normalised, as it stands within a text. False when that depends on what is around it.
  bool normalize(std::string_view word, bool first, std::string& out) const;

 private:
  NormalizerPtr plain_;
  bool removes_spaces_ = false;
  bool first_differs_ = false;
  bool first_has_space_ = false;
};

}  // namespace hodhod::text
