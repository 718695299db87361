// SPDX-License-Identifier: Apache-2.0
// Losses. With Reduction::none a loss keeps the shape of its targets; sum and mean make a scalar.
#pragma once

#include "hodhod/kernels/loss.h"
#include "hodhod/tensor/tensor.h"

namespace hodhod {

enum class Reduction { none, sum, mean };

struct CrossEntropyOptions {
  double label_smoothing = 0;           // ε in [0, 1]
  int64_t ignore_index = kIgnoreIndex;  // a target without a loss
  Tensor weight = {};  // [V], of the logits' type; the weight of each class, 1 when undefined
  Reduction reduction = Reduction::mean;
};

// Cross entropy of logits [..., V] against class numbers targets [...] (i64):
//   loss = (1 − ε) w_y (L − x_y) + ε / V · Σ_c w_c (L − x_c),   L = log Σ_c e^(x_c)
// The mean divides by the total weight w_y of the targets that are not ignored (NaN when there are none).
// Errors: shapes that do not match, a target that is neither a class nor ignore_index.
Tensor cross_entropy(const Tensor& logits, const Tensor& targets, const CrossEntropyOptions& options = {});

// The same against probabilities q [..., V], smoothed to (1 − ε) q + ε / V; the mean is over rows. No
// gradient for q.
Tensor soft_cross_entropy(const Tensor& logits, const Tensor& probabilities,
                          const CrossEntropyOptions& options = {});

// Losses of x against a target of its shape, element by element; gradients flow to x only.
// (x − t)²
Tensor mse_loss(const Tensor& x, const Tensor& target, Reduction reduction = Reduction::mean);
// |x − t|
Tensor l1_loss(const Tensor& x, const Tensor& target, Reduction reduction = Reduction::mean);
// d² / 2β where d = |x − t| < β, and d − β / 2 elsewhere; β > 0
Tensor smooth_l1_loss(const Tensor& x, const Tensor& target, double beta = 1,
                      Reduction reduction = Reduction::mean);
// −t log σ(x) − (1 − t) log(1 − σ(x)), for logits x
Tensor binary_cross_entropy_with_logits(const Tensor& logits, const Tensor& target,
                                        Reduction reduction = Reduction::mean);
// t (log t − x) for log-probabilities x, 0 where t = 0. The mean is the sum over the first dimension's extent
// ("batchmean"), which is the divergence per row.
Tensor kl_divergence(const Tensor& log_probabilities, const Tensor& target,
                     Reduction reduction = Reduction::mean);

namespace detail {
// Checks shapes and targets of a cross entropy; an Error names `op`. Returns the number of targets that are
// not ignored. Targets that the host cannot read are not checked, and all are counted.
int64_t check_targets(const char* op, const Tensor& targets, int64_t classes, int64_t ignore_index);
void check_smoothing(const char* op, double smoothing);
// The sum of a dense tensor's elements, in their order.
double sum_in_order(const Tensor& x);
}  // namespace detail

}  // namespace hodhod
