// SPDX-License-Identifier: Apache-2.0
// The loss of a linear model of sparse features, with a penalty, as a function of its weights:
//
//   ½ ‖w‖² + C Σᵢ weightᵢ · loss(zᵢ, targetᵢ),   z[i, k] = Σ_f value[i, f] · r[f, k] · w[f, k] + b[k]
//
// as scikit-learn writes it: the bias b is not penalised. It is convex. r is 1, or the log ratios of NB-SVM.
// All is computed in double and in a fixed order: bits do not depend on the number of threads.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "hodhod/models/heads.h"

namespace hodhod {

// The texts of a problem by their features: text i has ids[starts[i]], …, ids[starts[i + 1] − 1].
struct SparseRows {
  std::vector<int64_t> starts = {0};
  std::vector<int32_t> ids = {};
  std::vector<float> values = {};
  int64_t features = 0;  // F; ids are below it
  int64_t plain = 0;     // how many of them, the last ones, are no counts: they have no log ratio

  int64_t rows() const { return static_cast<int64_t>(starts.size()) - 1; }
  void add(std::span<const int64_t> row_ids, std::span<const float> row_values);
  // The same matrix by columns: rows and columns have changed places.
  SparseRows transposed() const;
};

// What is to be predicted.
//   single_label  targets[i] = {label}. Of two labels one column is enough: z is the logit of label 1.
//   multi_label   targets[i] = 0 or 1 for each label: a sigmoid each
//   regression    targets[i] = numbers: ½ (z − target)²
struct LinearTargets {
  ProblemKind problem = ProblemKind::single_label;
  int64_t labels = 0;  // L
  std::vector<std::vector<double>> targets = {};
  std::vector<double> label_weights = {};  // by label; empty: all 1
  double label_smoothing = 0;              // of single_label

  // Columns of the weights: L, or 1 for a single label of two.
  int64_t columns() const { return problem == ProblemKind::single_label && labels == 2 ? 1 : labels; }
};

class LinearObjective {
 public:
  // `ratios` is r [F, K], or empty. Without `bias`, b stays 0.
  LinearObjective(SparseRows rows, LinearTargets targets, double c, bool bias,
                  std::vector<double> ratios = {});

  int64_t features() const { return rows_.features; }
  // F without the features that are no counts.
  int64_t counted() const { return rows_.features - rows_.plain; }
  int64_t columns() const { return targets_.columns(); }
  // Of w [F, K], then b [K].
  int64_t size() const { return features() * columns() + (bias_ ? columns() : 0); }
  double operator()(std::span<const double> x, std::span<double> gradient) const;
  // An upper bound of the second derivative by each number of x.
  std::vector<double> curvature() const;
  // r ∘ w
  std::vector<double> effective_weights(std::span<const double> w) const;

 private:
  double loss_of(int64_t row, std::span<double> z) const;

  SparseRows rows_, columns_;
  LinearTargets targets_;
  double c_;
  bool bias_;
  std::vector<double> ratios_;
};

// NB-SVM's ratios (Wang & Manning 2012): for column k, with p and q the sums of the values of texts with the
// label and without it, each begun at `smoothing`, r[f] = ln(p[f] / ‖p‖₁) − ln(q[f] / ‖q‖₁). Of two labels
// the column is that of label 1. Features that are no counts stay outside of the sums, and their ratio is 1.
std::vector<double> log_ratios(const SparseRows& rows, const LinearTargets& targets, double smoothing);

}  // namespace hodhod
