// SPDX-License-Identifier: Apache-2.0
// Latent Dirichlet allocation by collapsed Gibbs sampling (Griffiths & Steyvers 2004): the topic z of every
// word of every text is drawn again and again, given those of all other words,
//   p(z = k) ∝ (n_dk + α) (n_kw + η) / (n_k + V η)
// where n_dk, n_kw and n_k count the other words of the text, of the same kind, and of the topic.
//
// A sweep goes through a fixed grid of 8 × 8 blocks of texts and words, 8 blocks on a diagonal at a time.
// Blocks of a diagonal share no text and no word, so they are drawn at the same time; each sees n_k as it was
// at the beginning of the diagonal, with its own changes (Yan, Xu & Qi 2009). The grid and the random numbers
// depend on the data and the seed alone, so the number of threads changes nothing. The first ten sweeps go
// through the words one after another: as long as topics mean nothing yet, blocks would settle on different
// meanings of one topic.
//
// Dimensions: K topics, V vocabulary, D texts.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "hodhod/tensor/tensor.h"
#include "hodhod/train/fitting.h"
#include "hodhod/train/text_words.h"

namespace hodhod {

struct GibbsOptions {
  int64_t topics = 10;  // K
  double alpha = 0.5;
  double eta = 0.1;
  int64_t sweeps = 300;
  uint64_t seed = 1;
};

class Gibbs final : public Fitting {
 public:
  // The texts must outlive the object. Error if there are no words.
  Gibbs(const TextWords& texts, const GibbsOptions& options);

  // ---- Fitting ----
  // A sweep over all words.
  void advance() override;
  bool finished() const override { return done_ >= options_.sweeps; }
  int64_t units() const override { return options_.sweeps; }
  bool usable() const override { return done_ > 0; }
  // The perplexity of the training words every ten sweeps.
  std::vector<std::pair<std::string, double>> measures() const override;
  void store(FittingState& state) const override;
  void restore(const FittingState& state) override;

  // n_kw [K, V] f64: the mean over every tenth sweep of the second half, or, before there is one, the last.
  Tensor topic_word() const;
  // The topic of every word.
  const std::vector<int32_t>& assignments() const { return topics_; }

 private:
  struct Block {
    std::vector<int64_t> places;  // of words, in the order of the texts
  };
  int64_t topics() const { return options_.topics; }
  void lay_grid();
  void sweep_grid();
  void count();
  void sweep_block(const Block& block, uint64_t stream, std::vector<int64_t>& of_topic);
  double perplexity() const;

  const TextWords& texts_;
  GibbsOptions options_;
  std::vector<int64_t> text_of_;  // of every word
  Block all_;                     // every word
  std::vector<Block> grid_;       // row by row
  int64_t done_ = 0;
  std::vector<int32_t> topics_;      // z of every word
  std::vector<int32_t> text_topic_;  // n_dk [D, K]
  std::vector<int32_t> word_topic_;  // n_kw, as [V, K]
  std::vector<int64_t> of_topic_;    // n_k
  std::vector<double> sums_;         // of word_topic_ over the samples that are kept, [V, K]
  int64_t samples_ = 0;
};

}  // namespace hodhod
