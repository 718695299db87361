// SPDX-License-Identifier: Apache-2.0
// The n-grams of a model, mapped from a file (ngram_trie_format.h), and what they say of the next word.
//
//   p(w | h) = p*(w | h)              if the n-gram h w is in the model
//            = b(h) · p(w | h')       otherwise; h' is h without its first word, and b(h) its backoff
//
// A trie whose children are the words that follow gives the whole distribution of the next word: the
// unigrams, and over them the children of each suffix of the context, from the shortest to the longest.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "hodhod/base/file.h"
#include "hodhod/models/ngram_trie_format.h"

namespace hodhod {

// log10 p of a word that cannot follow, and log10 b of a context that leaves nothing.
inline constexpr float kNeverLog10 = -99;

// Where a text is in the model: the suffixes of what was read that can decide about what follows. suffixes[i]
// is the n-gram of the last i + 1 words; there are at most order − 1. Empty: nothing is known.
struct NgramContext {
  struct Suffix {
    uint64_t begin = 0, end = 0;  // its children, in level i + 2
    float backoff = 0;            // log10
    friend bool operator==(const Suffix&, const Suffix&) = default;
  };
  std::vector<Suffix> suffixes;
};

// log10 p(w | h), and the length of the longest n-gram in the model that ends the text h w.
struct NgramScore {
  float log10_probability = 0;
  int64_t length = 0;
};

// An n-gram of the model.
struct NgramEntry {
  std::span<const uint32_t> words;
  float log10_probability = 0, log10_backoff = 0;
};

class NgramTrie {
 public:
  // Error when the file is not one of n-grams, or its size or header is wrong. The rest is checked where it
  // is used: a damaged file gives an Error, or wrong probabilities.
  explicit NgramTrie(const std::string& path);

  size_t order() const { return levels_.size(); }
  uint64_t vocabulary() const { return vocabulary_; }
  int64_t bits() const { return bits_; }
  // The number of n-grams of order n, from 1.
  uint64_t count(size_t n) const { return levels_[n - 1].count; }
  std::vector<uint64_t> counts() const;
  const std::string& path() const { return file_.path(); }

  // Scores `word` after `context`, which becomes the context of the next word. `word` is below vocabulary().
  NgramScore extend(NgramContext& context, uint32_t word) const;
  // ln p(w | context) of every word, at row[0 … vocabulary).
  void distribution(const NgramContext& context, float* row) const;

  // Calls visit(entry) for each n-gram of order n, in the order of the file.
  template <class Visit>
  void for_each(size_t n, Visit&& visit) const {
    std::vector<uint32_t> words(n);
    walk(1, 0, vocabulary_, n, words, visit);
  }
  // The n-gram of these words; nothing if the model has it not.
  std::optional<NgramEntry> find(std::span<const uint32_t> words) const;

 private:
  struct Level {
    uint64_t count = 0;
    NgramFields fields;
    const std::byte* records = nullptr;
    const float* probabilities = nullptr;  // codebooks; null for 32 bits
    const float* backoffs = nullptr;

    uint64_t field(uint64_t index, uint32_t offset, uint32_t width) const {
      const uint64_t bit = index * fields.record() + offset;
      uint64_t value = 0;
      std::memcpy(&value, records + bit / 8, sizeof value);
      return value >> bit % 8 & ((uint64_t{1} << width) - 1);
    }
    uint32_t word(uint64_t index) const { return static_cast<uint32_t>(field(index, 0, fields.word)); }
    float probability(uint64_t index) const {
      const auto raw = static_cast<uint32_t>(field(index, fields.word, fields.probability));
      return probabilities ? probabilities[raw] : -std::bit_cast<float>(raw);
    }
    float backoff(uint64_t index) const {
      if (fields.backoff == 0) return 0;
      const auto raw = static_cast<uint32_t>(field(index, fields.word + fields.probability, fields.backoff));
      return backoffs ? backoffs[raw] : std::bit_cast<float>(raw);
    }
    uint64_t first_child(uint64_t index) const {
      return field(index, fields.word + fields.probability + fields.backoff, fields.child);
    }
  };

  NgramContext::Suffix suffix(size_t n, uint64_t index) const;
  std::optional<uint64_t> child(size_t n, uint64_t begin, uint64_t end, uint32_t scattered) const;
  void lay_unigrams();
  [[noreturn]] void fail_damaged(size_t n, uint64_t index) const;

  template <class Visit>
  void walk(size_t n, uint64_t begin, uint64_t end, size_t wanted, std::vector<uint32_t>& words,
            Visit& visit) const {
    const Level& level = levels_[n - 1];
    for (uint64_t i = begin; i < end; ++i) {
      words[n - 1] = n == 1 ? static_cast<uint32_t>(i) : scatter_.back(level.word(i));
      if (n == wanted) {
        visit(NgramEntry{words, level.probability(i), level.backoff(i)});
      } else {
        const NgramContext::Suffix own = suffix(n, i);
        walk(n + 1, own.begin, own.end, wanted, words, visit);
      }
    }
  }

  MappedFile file_;
  uint64_t vocabulary_ = 0;
  WordScatter scatter_{1};
  int64_t bits_ = 32;
  std::vector<Level> levels_;
  std::vector<float> unigrams_;  // ln p(w)
};

}  // namespace hodhod
