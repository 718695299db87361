// SPDX-License-Identifier: Apache-2.0
// The n-grams of one order in a mapped file: its records (ngram_trie_format.h), and the search for a word
// among some that differ in their last word alone.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>

#include "hodhod/models/ngram_trie_format.h"

namespace hodhod {

// N-grams that lie together and differ in their last word alone.
struct NgramRange {
  uint64_t begin = 0;
  uint32_t size = 0;

  friend bool operator==(const NgramRange&, const NgramRange&) = default;
};

// What an n-gram says, but for its words.
struct NgramValues {
  float log10_probability = 0;
  float log10_backoff = 0;  // 0 at the highest order, which has no children either
  uint64_t first_child = 0, last_child = 0;
};

class NgramLevel {
 public:
  // `probabilities` and `backoffs` are the codebooks of 8 bits; null for 32 bits.
  NgramLevel(const std::byte* records, uint64_t count, const NgramFields& fields, uint32_t word_bits,
             const float* probabilities, const float* backoffs)
      : records_(records),
        probabilities_(probabilities),
        backoffs_(backoffs),
        count_(count),
        record_(fields.record()),
        word_bits_(word_bits),
        word_(0, fields.word),
        probability_(fields.word, fields.probability),
        backoff_(fields.word + fields.probability, fields.backoff),
        child_(fields.word + fields.probability + fields.backoff, fields.child) {}

  uint64_t count() const { return count_; }
  // The last word of an n-gram, scattered.
  uint32_t word(uint64_t index) const { return static_cast<uint32_t>(read(index * record_, word_)); }
  NgramValues values(uint64_t index) const {
    const uint64_t bit = index * record_;
    return {probability_at(bit), backoff_at(bit), read(bit, child_), read(bit + record_, child_)};
  }
  float probability(uint64_t index) const { return probability_at(index * record_); }
  float backoff(uint64_t index) const { return backoff_at(index * record_); }
  uint64_t first_child(uint64_t index) const { return read(index * record_, child_); }

  // ---- the search for a word in a range ----
  // Scattered words lie evenly between 0 and 2^b. So the first guess of a word's place, counted from the
  // beginning of the range, comes close, and a second one closer.
  uint32_t guess(uint32_t size, uint32_t scattered) const {
    return static_cast<uint32_t>(uint64_t{size} * scattered >> word_bits_);
  }
  uint32_t guess_again(const NgramRange& range, uint32_t place, uint32_t scattered) const {
    const int64_t missing = int64_t{scattered} - int64_t{word(range.begin + place)};
    const int64_t next = place + (missing * range.size >> word_bits_);
    return static_cast<uint32_t>(std::max<int64_t>(std::min<int64_t>(next, int64_t{range.size} - 1), 0));
  }
  // The n-gram with the word, or nothing. Goes from the guess from one n-gram to the next, and after many
  // steps by halves.
  std::optional<uint64_t> find(const NgramRange& range, uint32_t place, uint32_t scattered) const {
    if (range.size == 0) return std::nullopt;
    const uint64_t at = range.begin + place;
    uint64_t bit = at * record_;
    uint32_t found = static_cast<uint32_t>(read(bit, word_));
    if (found == scattered) return at;
    const bool ahead = found < scattered;
    const uint64_t step = ahead ? record_ : -record_;
    const uint32_t left = ahead ? range.size - 1 - place : place;
    for (uint32_t i = 1; i <= left; ++i) {
      if (i == kSteps) return by_halves(range, scattered);
      bit += step;
      found = static_cast<uint32_t>(read(bit, word_));
      if (found == scattered) return ahead ? at + i : at - i;
      if ((found < scattered) != ahead) break;
    }
    return std::nullopt;
  }
  // Asks for a record and those behind it; they may lie across two lines of the cache.
  void prefetch(uint64_t index) const {
    const std::byte* record = records_ + index * record_ / 8;
    __builtin_prefetch(record);
    __builtin_prefetch(record + 32);
  }

 private:
  static constexpr uint32_t kSteps = 64;

  struct Field {
    Field(uint32_t at, uint32_t width) : offset(at), mask((uint64_t{1} << width) - 1) {}
    uint64_t offset, mask;
  };
  uint64_t read(uint64_t bit, const Field& field) const {  // of the record that begins there
    bit += field.offset;
    uint64_t value = 0;
    std::memcpy(&value, records_ + bit / 8, sizeof value);
    return value >> bit % 8 & field.mask;
  }
  float probability_at(uint64_t bit) const {
    const auto raw = static_cast<uint32_t>(read(bit, probability_));
    return probabilities_ ? probabilities_[raw] : -std::bit_cast<float>(raw);
  }
  float backoff_at(uint64_t bit) const {
    const auto raw = static_cast<uint32_t>(read(bit, backoff_));
    return backoffs_ ? backoffs_[raw] : std::bit_cast<float>(raw);
  }
  std::optional<uint64_t> by_halves(const NgramRange& range, uint32_t scattered) const {
    uint64_t begin = range.begin;
    for (uint64_t size = range.size; size > 1;) {
      const uint64_t half = size / 2;
      begin += word(begin + half) <= scattered ? half : 0;
      size -= half;
    }
    return word(begin) == scattered ? std::optional(begin) : std::nullopt;
  }

  const std::byte* records_;
  const float *probabilities_, *backoffs_;
  uint64_t count_, record_;
  uint32_t word_bits_;
  Field word_, probability_, backoff_, child_;
};

}  // namespace hodhod
