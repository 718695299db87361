// SPDX-License-Identifier: Apache-2.0
// How good word vectors are: analogies, similarity of pairs, and categories. Every score says how much of the
// test its vocabulary covers; without that it means nothing.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "hodhod/tasks/labelled_texts.h"
#include "hodhod/tasks/word_lookup.h"

namespace hodhod {

struct AnalogySection {
  std::string name;
  AnalogyScore score = {};
  int64_t questions = 0;  // in the file
};

struct AnalogyScores {
  std::vector<AnalogySection> sections;
  int64_t limit = 0;  // words of the vocabulary that are asked for and among which the answer is looked for

  AnalogySection total() const;
};

// A file of questions as word2vec's questions-words.txt, plain or compressed: a line ": NAME" opens a
// section, and other lines have four words. Questions with a word that is not among the `limit` commonest are
// not asked. Error, with the line, for a line of another number of words.
AnalogyScores evaluate_analogies(const WordLookup& words, const std::string& path, int64_t limit);

struct WordPairScores {
  int64_t pairs = 0;                 // given
  int64_t scored = 0;                // of them, those with a vector for both texts
  double pearson = 0, spearman = 0;  // of the cosine with the label, over the scored ones
};

// The label of each pair says how alike its texts are; a text of several words has their mean. Without
// `subwords`, pairs with a word that is not in the vocabulary are left out. Error as from score_similarity().
WordPairScores evaluate_pairs(const WordLookup& words, std::span<const LabelledText> pairs, bool subwords);

struct CategoryScores {
  int64_t words = 0;       // in the file
  int64_t known = 0;       // of them, those in the vocabulary
  int64_t categories = 0;  // that known words have
  double purity = 0;       // of as many groups by k-means (cluster_purity)
};

// A file of lines "CATEGORY<TAB>WORD", plain or compressed.
CategoryScores evaluate_categories(const WordLookup& words, const std::string& path);

}  // namespace hodhod
