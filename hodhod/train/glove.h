// SPDX-License-Identifier: Apache-2.0
// GloVe (Pennington et al. 2014): word vectors whose products are the logarithms of how often words stand
// near each other.
//
//   J = ½ Σ f(X_ij) (w_i·c_j + b_i + b_j − ln X_ij)²,   f(x) = min(1, (x / x_max)^alpha)
//
// First the co-occurrences X of the text are counted (cooccurrences.h), then J falls by AdaGrad, pair after
// pair (kernels/glove.h). Words and contexts are divided into groups, a fixed number of them; blocks of pairs
// that share neither are computed at the same time (Gemulla et al. 2011, "Large-scale matrix factorization
// with distributed stochastic gradient descent"). So no step is computed from a stale row, and the result
// does not depend on the number of threads.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "hodhod/tensor/tensor.h"
#include "hodhod/train/fitting.h"
#include "hodhod/train/word_corpus.h"

namespace hodhod {

struct GloveOptions {
  int64_t width = 100;
  int64_t epochs = 15;
  int64_t window = 15;
  double x_max = 100;
  double alpha = 0.75;
  double rate = 0.05;
  uint64_t seed = 1;
};

// Fewer different pairs than this make poor vectors.
inline constexpr int64_t kFewGlovePairs = 100'000;

class Glove final : public Fitting {
 public:
  // The corpus must outlive this. Error for options or a text with which nothing can be learnt.
  Glove(const WordCorpus& corpus, const GloveOptions& options);
  ~Glove() override;

  // Counts the co-occurrences of some words, or makes the steps of some pairs.
  void advance() override;
  bool finished() const override;
  int64_t units() const override;
  bool usable() const override;
  // The mean of ½ f(X) e² over the pairs of the last unit.
  std::vector<std::pair<std::string, double>> measures() const override;
  // The state holds no counts: restore() counts again.
  void store(FittingState& state) const override;
  void restore(const FittingState& state) override;

  // Different pairs found so far.
  int64_t pairs() const;
  // w + c of each word [vocabulary, width].
  Tensor vectors() const;

 private:
  struct Side;
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace hodhod
