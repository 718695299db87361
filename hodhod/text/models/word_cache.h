// SPDX-License-Identifier: Apache-2.0
// A cache of words with their tokens. About nine in ten words of a text have occurred before.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

#include "hodhod/text/lookup/hash.h"
#include "hodhod/text/models/model.h"

namespace hodhod::text {

// A word with the part of it that the cache compares first.
struct WordKey {
  static constexpr size_t kHeadBytes = 24;
  using Head = std::array<uint64_t, kHeadBytes / 8>;

  std::string_view word;
  Head head{};  // the first 24 bytes of the word, padded with zeros
  uint64_t hash = 0;

  WordKey() = default;
  explicit WordKey(std::string_view text)
      : WordKey(text, {load_padded(text, 0), load_padded(text, 8), load_padded(text, 16)}) {}
  WordKey(std::string_view text, const Head& first)
      : word(text),
        head(first),
        hash(mix(first[0] ^ kFirstFactor, first[1] ^ first[2] * kSecondFactor ^ kSecondFactor)) {
    if (text.size() > kHeadBytes) hash ^= hash_bytes(text.substr(kHeadBytes));
  }

 private:
  static constexpr uint64_t kFirstFactor = 0x9E3779B97F4A7C15u, kSecondFactor = 0xD6E8FEB86659FD93u;

  // Up to eight bytes from `at` on, padded with zeros.
  static uint64_t load_padded(std::string_view text, size_t at) {
    if (at >= text.size()) return 0;
    const char* p = text.data() + at;
    const size_t size = text.size() - at;
    if (size >= 8) return load<uint64_t>(p);
    // Loads of fixed sizes, which overlap; a copy of `size` bytes would be a call.
    if (at > 0) return load<uint64_t>(p + size - 8) >> 8 * (8 - size);
    if (size >= 4) return load<uint32_t>(p) | uint64_t{load<uint32_t>(p + size - 4)} << 8 * (size - 4);
    const auto byte = [p](size_t k) { return uint64_t{static_cast<unsigned char>(p[k])} << 8 * k; };
    return byte(0) | byte(size / 2) | byte(size - 1);
  }
  template <class T>
  static T load(const char* p) {
    T bytes;
    std::memcpy(&bytes, p, sizeof bytes);
    return bytes;
  }
};

// An entry is a cache line, which is enough for most words. Long words, and words with many tokens, store the
// rest elsewhere. A full cache drops everything.
class WordCache {
 public:
  static constexpr size_t kLongestWord = 64;  // bytes; longer words seldom come back
  static constexpr size_t kMostTokens = 19;
  static constexpr size_t kTokensInEntry = 5;

  struct alignas(64) Entry {
    WordKey::Head head{};
    std::array<int32_t, kTokensInEntry> ids{};
    std::array<uint8_t, kTokensInEntry> ends{};
    uint8_t size = 0;  // bytes of the word; 0: free
    uint8_t count = 0;
    uint32_t rest = 0;
    float weight = 0;  // for the model to use
    float limit = 0;   // likewise
  };

  // nullptr if the word is not in the cache. An entry is valid until the next insert.
  const Entry* find(const WordKey& key) const {
    if (entries_.empty()) return nullptr;
    for (size_t at = place(key);; at = (at + 1) & (entries_.size() - 1)) {
      const Entry& entry = entries_[at];
      if (is(entry, key)) return &entry;
      if (entry.size == 0) return nullptr;
    }
  }
  // Prefetches the place of a word that will be looked up.
  void prefetch(const WordKey& key) const {
    if (!entries_.empty()) __builtin_prefetch(&entries_[place(key)]);
  }
  // The entry of a word, which is added if absent. The tokens cover the word without gaps; callers that use
  // ids only need not care about ranges. Returns nullptr and stores nothing if the word is empty or too long,
  // or has too many tokens.
  const Entry* insert(const WordKey& key, std::span<const Token> tokens, float weight = 0, float limit = 0);

  // Calls visit(id, begin, end) for the tokens of a word, with places in the word.
  template <class Visit>
  void for_each_token(const Entry& entry, Visit&& visit) const {
    uint32_t begin = 0;
    const auto give = [&](const auto& ids, const auto& ends, size_t count) {
      for (size_t i = 0; i < count; ++i) {
        const uint32_t end = ends[i];
        visit(ids[i], begin, end);
        begin = end;
      }
    };
    give(entry.ids, entry.ends, std::min<size_t>(entry.count, kTokensInEntry));
    if (entry.count > kTokensInEntry) {
      const Rest& rest = rests_[entry.rest];
      give(rest.ids, rest.ends, entry.count - kTokensInEntry);
    }
  }
  void append_tokens(const Entry& entry, std::vector<Token>& out) const {
    out.resize(out.size() + entry.count);
    Token* token = out.data() + out.size() - entry.count;
    for_each_token(entry, [&](int32_t id, uint32_t begin, uint32_t end) { *token++ = {id, begin, end}; });
  }
  // The ids of the tokens after the first kTokensInEntry, of which there must be some.
  const int32_t* more_ids(const Entry& entry) const { return rests_[entry.rest].ids.data(); }

 private:
  static constexpr size_t kMostWords = size_t{3} << 15;
  struct Rest {
    std::array<char, kLongestWord - WordKey::kHeadBytes> word{};
    std::array<int32_t, kMostTokens - kTokensInEntry> ids{};
    std::array<uint8_t, kMostTokens - kTokensInEntry> ends{};
  };

  size_t place(const WordKey& key) const { return key.hash >> 32 & (entries_.size() - 1); }
  bool is(const Entry& entry, const WordKey& key) const {
    const WordKey::Head &a = entry.head, &b = key.head;
    if (entry.size != key.word.size() || ((a[0] ^ b[0]) | (a[1] ^ b[1]) | (a[2] ^ b[2])) != 0) return false;
    return entry.size <= WordKey::kHeadBytes ||
           std::memcmp(rests_[entry.rest].word.data(), key.word.data() + WordKey::kHeadBytes,
                       entry.size - WordKey::kHeadBytes) == 0;
  }
  Entry& free_place(const WordKey& key);
  void grow();

  std::vector<Entry> entries_;  // a power of two, at most three quarters full
  std::vector<Rest> rests_;
  size_t count_ = 0;
};

}  // namespace hodhod::text
