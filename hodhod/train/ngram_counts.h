// SPDX-License-Identifier: Apache-2.0
// The n-grams of a text with their counts, as a forward trie: the children of an n-gram, which continue it by
// a word, lie together in the next level, sorted by that word.
//
// Sorting the longest n-grams gives all shorter ones, as their beginnings. The suffix of h w is h' w, where
// h' is h without its first word; its place is found by walking the children of h and of h' side by side.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "hodhod/base/growing_array.h"
#include "hodhod/train/ngram_runs.h"

namespace hodhod {

// The n-grams of one order.
struct CountedLevel {
  explicit CountedLevel(const std::string& directory)
      : words(directory), children(directory), counts(directory), adjusted(directory), suffixes(directory) {}

  size_t size() const { return words.size(); }

  GrowingArray<uint32_t> words;  // the last word of each
  GrowingArray<uint32_t>
      children;                   // its first child in the next level; one more for the end of the last one's
  GrowingArray<uint32_t> counts;  // how often it occurs
  // Kneser and Ney's count: how many different words stand before it; at the highest order, and for n-grams
  // that begin a line, before which nothing can stand, how often it occurs.
  GrowingArray<uint32_t> adjusted;
  GrowingArray<uint32_t> suffixes;  // the place of its suffix in the level before
};

struct CountedText {
  int64_t order = 1;
  int64_t vocabulary = 1;
  int64_t begin = -1;     // the token before a line; it is never predicted as the begin of a line
  int64_t sequences = 0;  // lines
  std::vector<int64_t> unpredicted =
      {};  // tokens that are no words: padding, and `begin` unless it also ends lines
};

// Built by steps, each of which takes a second at most for ten million n-grams.
class NgramCounts {
 public:
  // In memory, or in files in `directory` if there is one.
  NgramCounts(const CountedText& text, const std::string& directory);

  // Adds up to `most` n-grams of the merged runs; false when there are none left. Then every level is
  // complete but for suffixes and adjusted counts. Error for more than 2³² − 2 n-grams of one order.
  bool add(NgramMerge& merge, const NgramPacking& packing, uint64_t most);
  // Finds the suffixes of order n, from 2 upwards, and with them the adjusted counts of order n − 1.
  void find_suffixes(int64_t n);
  // After the last: the adjusted counts of what begins a line, and of the highest order.
  void finish();

  const CountedText& text() const { return text_; }
  int64_t order() const { return text_.order; }
  // Order n, from 1. Level 1 has all words of the vocabulary, whether they occur or not.
  CountedLevel& level(int64_t n) { return levels_[static_cast<size_t>(n - 1)]; }
  const CountedLevel& level(int64_t n) const { return levels_[static_cast<size_t>(n - 1)]; }
  // The n-grams of order n that begin with the begin of a line: [first, second).
  std::pair<size_t, size_t> line_begins(int64_t n) const;
  // The last word of n-gram i of order n.
  uint32_t word(int64_t n, size_t i) const {
    return n == 1 ? static_cast<uint32_t>(i) : scatter_.back(level(n).words[i]);
  }
  // The number by which the children of an n-gram are sorted, and which CountedLevel::words holds of each
  // above level 1.
  uint32_t scattered(uint32_t word) const { return scatter_(word); }
  // Whether a word is predicted at all.
  bool is_predicted(uint32_t word) const;
  // The number of words that are predicted.
  int64_t predicted() const;

 private:
  void append(const uint64_t* key, const NgramPacking& packing, int64_t n);
  void fill_unigrams(uint32_t up_to);

  CountedText text_;
  WordScatter scatter_;
  std::vector<CountedLevel> levels_;
  std::vector<uint64_t> previous_;  // the last key
  int64_t previous_length_ = 0;
};

}  // namespace hodhod
