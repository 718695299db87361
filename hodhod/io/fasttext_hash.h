// SPDX-License-Identifier: Apache-2.0
// How fastText numbers what it does not keep in a vocabulary: n-grams of characters and of words share a
// table of buckets, and a hash chooses the bucket (fastText 0.9.2, src/dictionary.cc).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace hodhod {

// FNV-1a of 32 bits, but with each byte taken as a signed number: a byte above 127 also flips the upper bits.
// So it differs from the true FNV-1a in all text that is not ASCII.
constexpr uint32_t fasttext_hash(std::string_view bytes) {
  uint32_t hash = 2166136261u;
  for (const char c : bytes) {
    hash ^= static_cast<uint32_t>(static_cast<int32_t>(static_cast<int8_t>(c)));
    hash *= 16777619u;
  }
  return hash;
}

// Calls visit(std::string_view) for the n-grams of min_n to max_n characters of `framed`, a word between '<'
// and '>', in order of their beginning and then their length. A bracket alone is none. A byte that continues
// a UTF-8 character belongs to the character before it.
template <class Visit>
void for_each_subword(std::string_view framed, int64_t min_n, int64_t max_n, Visit&& visit) {
  const auto continues = [&](size_t i) { return (static_cast<unsigned char>(framed[i]) & 0xC0u) == 0x80u; };
  for (size_t begin = 0; begin < framed.size(); ++begin) {
    if (continues(begin)) continue;
    size_t end = begin;
    for (int64_t n = 1; n <= max_n && end < framed.size(); ++n) {
      ++end;
      while (end < framed.size() && continues(end)) ++end;
      const bool bracket = n == 1 && (begin == 0 || end == framed.size());
      if (n >= min_n && !bracket) visit(framed.substr(begin, end - begin));
    }
  }
}

// Calls visit(first, words, uint64_t hash) for the n-grams of 2 to `most` words, which begin at word `first`.
// `hashes` are those of the words. They are taken as signed numbers, too.
template <class Visit>
void for_each_word_ngram(std::span<const uint32_t> hashes, int64_t most, Visit&& visit) {
  const auto widened = [&](size_t i) {
    return static_cast<uint64_t>(static_cast<int64_t>(static_cast<int32_t>(hashes[i])));
  };
  for (size_t first = 0; first < hashes.size(); ++first) {
    uint64_t hash = widened(first);
    for (size_t i = first + 1; i < hashes.size() && i < first + static_cast<size_t>(most); ++i) {
      hash = hash * 116049371u + widened(i);
      visit(first, i - first + 1, hash);
    }
  }
}

}  // namespace hodhod
