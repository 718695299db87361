// SPDX-License-Identifier: Apache-2.0
// Linear-chain conditional random fields (Lafferty et al. 2001; on top of networks: Lample et al. 2016).
//
// The score of labels y for a sequence of T steps is
//   s(y) = start[y_0] + Σ_t emissions[t, y_t] + Σ_t transitions[y_{t−1}, y_t] + end[y_{T−1}]
// and p(y) = exp s(y) / Σ_{y'} exp s(y'). Sums over label sequences are computed in double precision, in the
// order of steps, so a sequence gives the same bits alone or in a batch.
//
// Dimensions: B sequences, T steps, L labels.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "hodhod/tensor/host_array.h"
#include "hodhod/tensor/tensor.h"

namespace hodhod {

struct CrfWeights {
  Tensor transitions;  // [L, L], from the label of the row to that of the column
  Tensor start;        // [L]
  Tensor end;          // [L]
};

// −log p(labels) of each sequence, [B]. emissions [B, T, L], labels [B, T] i64, lengths [B] (undefined: all
// T); labels past a sequence's end are not looked at. 0 for a sequence of length 0. Gradients flow to
// emissions and weights. Error for shapes that do not fit and for a label outside [0, L).
Tensor crf_loss(const Tensor& emissions, const Tensor& labels, const CrfWeights& weights,
                const HostArray& lengths = {});

// log p(y_t = l) of every step, [B, T, L] (the forward–backward algorithm). −∞ past the end. No gradients.
Tensor crf_log_marginals(const Tensor& emissions, const CrfWeights& weights, const HostArray& lengths = {});

// Whether label `to` may follow label `from`; from = −1 is the beginning of the sequence.
using LabelRule = std::function<bool(int64_t from, int64_t to)>;

// The labels with the greatest score among those that `allowed` permits (Viterbi); of equal ones those that
// come first. emissions [T, L]. Without `weights`, transitions cost nothing. `allowed` must permit some
// sequence.
std::vector<int64_t> best_labels(const Tensor& emissions, const CrfWeights* weights,
                                 const LabelRule& allowed);

}  // namespace hodhod
