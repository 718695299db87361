// SPDX-License-Identifier: Apache-2.0
// Word vectors from a text by skip-gram or CBOW with negative sampling (Mikolov et al. 2013, "Efficient
// estimation of word representations in vector space"), with or without subwords (Bojanowski et al. 2017,
// "Enriching word vectors with subword information").
//
// A word's hidden vector is the mean of its rows of the input table: its own, and those of its subwords. The
// word in the middle of a window is told from words that were drawn. Skip-gram: from each neighbour by
// itself. CBOW: from the mean of all rows of the neighbours. One draw of negative words serves a whole
// window, so that a window of skip-gram is a product of two small matrices (Ji et al. 2016, "Parallelizing
// word2vec in shared and distributed memory").
//
// The words of a text are taken in blocks. All steps of a block are computed from the tables as they were at
// its beginning, and then each row gets its steps in the order of their places in the text. The more steps a
// row gets in a block, the staler they are, and their sum would overshoot; so from `cap` pairs of words on,
// they are scaled so that they weigh as `cap` do. The result depends on the size of a block, and neither on
// the number of threads nor on interruptions. What is drawn for a word is a function of the seed, the epoch
// and its place (Rng).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "hodhod/base/number_range.h"
#include "hodhod/tensor/tensor.h"
#include "hodhod/train/fitting.h"
#include "hodhod/train/word_corpus.h"

namespace hodhod {

struct Word2vecOptions {
  bool cbow = false;
  int64_t width = 100;
  int64_t epochs = 5;
  int64_t window = 5;     // greatest number of neighbours on a side; drawn from 1 to this for each word
  int64_t negatives = 5;  // drawn for each window
  double power = 0.5;     // a word is drawn as a negative in proportion to its count to this power
  double sample = 1e-4;   // t: a word of frequency f is kept with probability √(t/f) + t/f; 0: all are
  double rate = 0.05;     // falls linearly
  double final_rate = 0;  // as a share of `rate`
  double start = 1;       // input rows begin uniform between ± this / width; output rows at 0
  int64_t block = 1024;   // words
  double cap = 0;         // pairs of words whose steps a row gets in full in a block; 0: √block, at least 2
  uint64_t seed = 1;
};

// The rows of the input table that each word of the vocabulary uses: rows[begin[w]] … rows[begin[w + 1] − 1].
struct WordRows {
  std::vector<int32_t> begin = {0};
  std::vector<int32_t> rows;
  int64_t table = 0;  // rows of the table
};
// Each word has its own row alone.
WordRows own_rows(int64_t vocabulary);

class Word2vec final : public Fitting {
 public:
  // Keeps references to neither argument but the corpus, which must outlive it. Error for options or a text
  // with which nothing can be learnt.
  Word2vec(const WordCorpus& corpus, WordRows rows, const Word2vecOptions& options);
  ~Word2vec() override;

  void advance() override;
  bool finished() const override;
  int64_t units() const override;
  bool usable() const override { return true; }
  // The mean loss of a pair of words, over a part of the last unit's windows.
  std::vector<std::pair<std::string, double>> measures() const override;
  void store(FittingState& state) const override;
  void restore(const FittingState& state) override;

  // The tables as they are now: [WordRows::table, width] and [vocabulary, width].
  Tensor input() const;
  Tensor output() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace hodhod
