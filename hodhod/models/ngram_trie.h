// SPDX-License-Identifier: Apache-2.0
// The n-grams of a model, mapped from a file (ngram_trie_format.h), and what they say of the next word.
//
//   p(w | h) = p*(w | h)              if the n-gram h w is in the model
//            = b(h) · p(w | h')       otherwise; h' is h without its first word, and b(h) its backoff
//
// A trie whose children are the words that follow also gives the whole distribution of the next word
// (models/ngram_distribution.h).
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "hodhod/base/file.h"
#include "hodhod/models/ngram_level.h"
#include "hodhod/models/ngram_trie_format.h"
#include "hodhod/tensor/pool.h"

namespace hodhod {

// log10 p of a word that cannot follow, and log10 b of a context that leaves nothing.
inline constexpr float kNeverLog10 = -99;

// Where a text is in the model: the suffixes of what was read that can decide about what follows. suffixes[i]
// is the n-gram of the last i + 1 words; `known` of them count, at most order − 1. None: nothing is known.
struct NgramContext {
  struct Suffix {
    uint64_t first = 0;  // of its children in level i + 2
    uint32_t size = 0;   // their number
    float backoff = 0;   // log10
    NgramRange children() const { return {first, size}; }
    friend bool operator==(const Suffix&, const Suffix&) = default;
  };
  std::vector<Suffix> suffixes;
  size_t known = 0;

  std::span<const Suffix> all() const { return {suffixes.data(), known}; }
};

// log10 p(w | h), and the length of the longest n-gram in the model that ends the text h w.
struct NgramScore {
  float log10_probability = 0;
  int64_t length = 0;
};

// The score of a word on its way: the word is being looked for among the children of a suffix of the context,
// from the shortest suffix on.
struct NgramLookup {
  uint32_t word = 0, scattered = 0;
  size_t n = 0;              // of suffixes[n]
  uint32_t place = 0;        // where the word is looked for among its children
  bool is_near = false;      // whether that is the second guess
  NgramContext::Suffix own;  // the n-gram of the last n words and the word
  size_t kept = 0;           // suffixes of the new context
  NgramScore score;
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
  uint64_t count(size_t n) const { return levels_[n - 1].count(); }
  std::vector<uint64_t> counts() const;
  const std::string& path() const { return file_.path(); }

  // Scores `word` after `context`, which becomes the context of the next word. `word` is below vocabulary().
  NgramScore extend(NgramContext& context, uint32_t word) const;
  // Says that about so many words more will be scored: once they are likely to touch much of the file, all of
  // it is mapped at once, which is faster than page by page.
  void expect_lookups(uint64_t words) const;

  // The same in steps: begin, and advance until it says that the score is there. Each step asks for the
  // memory that the next one reads, and other texts can be read while it comes. The context must not be used
  // between.
  void begin(const NgramContext& context, uint32_t word, NgramLookup& lookup) const;
  bool advance(NgramContext& context, NgramLookup& lookup) const;

  // log10 p of a word alone.
  float unigram(uint64_t word) const { return unigrams_[word].log10_probability; }
  // Calls visit(word, log10 p) for each n-gram that continues a suffix of n words.
  template <class Visit>
  void for_each_child(size_t n, const NgramContext::Suffix& suffix, Visit&& visit) const {
    const NgramLevel& level = levels_[n];
    for (uint64_t child = suffix.first; child < suffix.first + suffix.size; ++child) {
      const uint32_t word = scatter_.back(level.word(child));
      if (word >= vocabulary_) fail_damaged(n, child);
      visit(word, level.probability(child));
    }
  }
  // Calls visit(entry) for each n-gram of order n, in the order of the file.
  template <class Visit>
  void for_each(size_t n, Visit&& visit) const {
    std::vector<uint32_t> words(n);
    walk(1, 0, vocabulary_, n, words, visit);
  }
  // The n-gram of these words; nothing if the model has it not.
  std::optional<NgramEntry> find(std::span<const uint32_t> words) const;

 private:
  // A unigram, unpacked, as every word that is read needs it.
  struct Unigram {
    NgramContext::Suffix context;
    float log10_probability = 0;
  };

  void aim(const NgramContext& context, NgramLookup& lookup) const;
  NgramContext::Suffix as_context(size_t n, uint64_t index, const NgramValues& values) const;
  NgramContext::Suffix suffix(size_t n, uint64_t index) const;
  void unpack_unigrams();
  [[noreturn]] void fail_damaged(size_t n, uint64_t index) const;

  template <class Visit>
  void walk(size_t n, uint64_t begin, uint64_t end, size_t wanted, std::vector<uint32_t>& words,
            Visit& visit) const {
    const NgramLevel& level = levels_[n - 1];
    for (uint64_t i = begin; i < end; ++i) {
      words[n - 1] = n == 1 ? static_cast<uint32_t>(i) : scatter_.back(level.word(i));
      if (n == wanted) {
        visit(NgramEntry{words, level.probability(i), level.backoff(i)});
      } else {
        const NgramContext::Suffix own = suffix(n, i);
        walk(n + 1, own.first, own.first + own.size, wanted, words, visit);
      }
    }
  }

  MappedFile file_;
  mutable std::once_flag mapped_;
  mutable std::atomic<uint64_t> expected_lookups_ = 0;
  uint64_t vocabulary_ = 0;
  WordScatter scatter_{1};
  int64_t bits_ = 32;
  std::vector<NgramLevel> levels_;
  std::vector<Unigram, pool::Allocator<Unigram>> unigrams_;  // in huge pages
};

}  // namespace hodhod
