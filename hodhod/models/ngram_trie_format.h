// SPDX-License-Identifier: Apache-2.0
// The layout of ngrams.bin, which holds a forward trie of n-grams.
//
// The n-grams of order n are level n. They are records of bits in lexicographic order of their words, so that
// the children of an n-gram (the n-grams that continue it by a word) lie together in level n + 1, sorted by
// that word. Level 1 has a record for every word of the vocabulary, in the order of ids.
//
// Words after the first are scattered (WordScatter) and come in the order of that number. So children lie
// evenly, and the place of one can be guessed.
//
// The file is: header, codebooks (8 bits only), level 1, level 2, …; numbers are little-endian.
//
//   header    "hodhod-ngrams 02" | u64 hash of the rest of the header | u32 order, bits | u64 vocabulary |
//             for each level: u64 count, offset in the file
//   codebook  for each level 256 f32 log probabilities, and below the highest level 256 f32 backoffs
//   level     records, one after the other without gaps; below the highest level one more, whose first child
//             is the end of the last one's children; padded with at least 8 bytes to a multiple of 64
//   record    word (not in level 1) | log10 probability, without its sign, or its code | below the highest
//             level: log10 backoff or its code | first child
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

namespace hodhod {

inline constexpr std::string_view kNgramMagic = "hodhod-ngrams 02";
inline constexpr size_t kNgramHeaderBytes = 40;  // before the levels
inline constexpr size_t kNgramCodes = 256;

// A permutation of the numbers below 2^b that spreads those next to each other: multiplication by an odd
// number near the golden ratio of 2^b.
class WordScatter {
 public:
  explicit WordScatter(uint64_t vocabulary)
      : bits_(static_cast<uint32_t>(std::bit_width(vocabulary - 1))),
        mask_((uint64_t{1} << bits_) - 1),
        factor_(bits_ == 0 ? 1 : (0x9E3779B97F4A7C15 >> (64 - bits_)) | 1),
        inverse_(factor_) {
    // Newton's iteration for 1 / factor modulo 2^64.
    for (int round = 0; round < 6; ++round) inverse_ *= 2 - factor_ * inverse_;
  }

  uint32_t bits() const { return bits_; }
  uint32_t operator()(uint64_t word) const { return static_cast<uint32_t>(word * factor_ & mask_); }
  uint32_t back(uint64_t scattered) const { return static_cast<uint32_t>(scattered * inverse_ & mask_); }

 private:
  uint32_t bits_;
  uint64_t mask_, factor_, inverse_;
};

// How wide the fields of a level's records are, in bits.
struct NgramFields {
  uint32_t word = 0, probability = 0, backoff = 0, child = 0;

  uint32_t record() const { return word + probability + backoff + child; }

  // Of level n of `counts.size()`.
  static NgramFields of(std::span<const uint64_t> counts, size_t n, uint64_t vocabulary, int64_t bits) {
    const bool highest = n == counts.size(), coded = bits == 8;
    NgramFields fields;
    if (n > 1) fields.word = static_cast<uint32_t>(std::bit_width(vocabulary - 1));
    fields.probability = coded ? 8 : 31;
    if (highest) return fields;
    fields.backoff = coded ? 8 : 32;
    fields.child = static_cast<uint32_t>(std::bit_width(counts[n]));
    return fields;
  }
};

// The bytes of a level with `count` n-grams.
inline uint64_t ngram_level_bytes(const NgramFields& fields, uint64_t count, bool highest) {
  const uint64_t records = count + (highest ? 0 : 1);
  return ((records * fields.record() + 7) / 8 + 8 + 63) / 64 * 64;
}

// The offset of each level, and the size of the file.
inline std::vector<uint64_t> ngram_level_offsets(std::span<const uint64_t> counts, uint64_t vocabulary,
                                                 int64_t bits) {
  const size_t order = counts.size();
  uint64_t at = kNgramHeaderBytes + 16 * order;
  if (bits == 8) at += (2 * order - 1) * kNgramCodes * sizeof(float);
  at = (at + 63) / 64 * 64;
  std::vector<uint64_t> offsets;
  for (size_t n = 1; n <= order; ++n) {
    offsets.push_back(at);
    at += ngram_level_bytes(NgramFields::of(counts, n, vocabulary, bits), counts[n - 1], n == order);
  }
  offsets.push_back(at);
  return offsets;
}

// Values that are close to many: what 8 bits stand for.
struct NgramCodebook {
  std::array<float, kNgramCodes> values{};  // ascending

  // A codebook for these values: the means of equally large groups of them, in order. With `zero`, 0 has a
  // code of its own, and stands for itself.
  static NgramCodebook of(std::vector<float> values, bool zero);
  // The code of the nearest value.
  uint8_t code(float value) const;
};

}  // namespace hodhod
