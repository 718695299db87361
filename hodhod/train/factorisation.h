// SPDX-License-Identifier: Apache-2.0
// Non-negative matrix factorisation of texts: ½ |X − W H|² is minimised over W ≥ 0 and H ≥ 0, one column of W
// and one row of H after another, each exactly (hierarchical alternating least squares; Cichocki & Phan
// 2009):
//   W_·k ← max(0, W_·k + (X Hᵀ − W H Hᵀ)_·k / (H Hᵀ)_kk), and so for the rows of H.
// A row of X is a text: n_dw idf_w for each of its words, scaled to length 1, where
// idf_w = ln((1 + D) / (1 + df_w)) + 1 and df_w is the number of texts with the word.
//
// Elements are computed one by one in a fixed order, so the number of threads changes nothing.
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

struct FactorisationOptions {
  int64_t topics = 10;  // K
  int64_t sweeps = 300;
  uint64_t seed = 1;
};

class Factorisation final : public Fitting {
 public:
  // Error if there are no words.
  Factorisation(const TextWords& texts, const FactorisationOptions& options);

  // ---- Fitting ----
  // One update of W and of H.
  void advance() override;
  bool finished() const override { return done_ >= options_.sweeps; }
  int64_t units() const override { return options_.sweeps; }
  bool usable() const override { return done_ > 0; }
  // What is left of the texts, |X − W H|² / |X|², every ten sweeps.
  std::vector<std::pair<std::string, double>> measures() const override;
  void store(FittingState& state) const override;
  void restore(const FittingState& state) override;

  Tensor idf() const;  // [V] f64
  // H [K, V] f64, each row scaled to length 1.
  Tensor topic_word() const;
  double left() const;

 private:
  // A sparse matrix by rows; row r has the entries begin[r] … begin[r + 1] − 1.
  struct Sparse {
    std::vector<int64_t> begin;
    std::vector<int32_t> column;
    std::vector<double> value;
  };
  // Improves `rows` [R, K], given the other factor [C, K] and X, or its transpose, with rows R.
  void improve(const Sparse& x, std::vector<double>& rows, const std::vector<double>& other) const;
  std::vector<double> gram(const std::vector<double>& factor) const;  // [K, K]
  int64_t topics() const { return options_.topics; }

  FactorisationOptions options_;
  int64_t vocabulary_ = 0;
  std::vector<double> idf_;
  Sparse texts_, words_;            // X, and X transposed
  double square_ = 0;               // |X|²
  std::vector<double> text_topic_;  // W [D, K]
  std::vector<double> word_topic_;  // H transposed, [V, K]
  int64_t done_ = 0;
};

}  // namespace hodhod
