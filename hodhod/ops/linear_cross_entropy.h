// SPDX-License-Identifier: Apache-2.0
// Cross entropy fused with the projection to the vocabulary: the logits of all tokens are never stored.
#pragma once

#include "hodhod/ops/loss.h"
#include "hodhod/ops/weight.h"
#include "hodhod/tensor/tensor.h"

namespace hodhod {

// cross_entropy(z, targets) with z = hidden · weightᵀ + bias, or cap · tanh(z / cap) in its place if cap > 0:
// hidden [..., C], weight [V, C], bias [V] or undefined, targets [...] (i64). Label smoothing, ignored
// targets and reduction as in cross_entropy; class weights are not supported.
//
// Tokens are taken in chunks whose logits fit a few tens of megabytes. With Reduction::sum or mean, and when
// gradients are wanted, those of hidden, weight and bias are computed with the loss, from the logits while
// they are there (three products in all), and backward only scales them. With none, backward computes the
// logits again. A token's loss does not depend on the other tokens.
Tensor linear_cross_entropy(const Tensor& hidden, const Weight& weight, const Tensor& bias,
                            const Tensor& targets, const CrossEntropyOptions& options = {}, double cap = 0);

// log p(target) of each token, in the shape of the targets; 0 where the target is ignored. For perplexity and
// scoring.
Tensor linear_log_probabilities(const Tensor& hidden, const Weight& weight, const Tensor& bias,
                                const Tensor& targets, int64_t ignore_index = kIgnoreIndex, double cap = 0);

}  // namespace hodhod
