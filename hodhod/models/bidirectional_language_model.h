// SPDX-License-Identifier: Apache-2.0
// The role of a model that predicts each token of a text twice: from the tokens before it, and from those
// after it. It learns vectors of words in context from such predictions.
#pragma once

#include "hodhod/models/encoder.h"
#include "hodhod/nn/context.h"
#include "hodhod/tensor/tensor.h"

namespace hodhod {

class BidirectionalLanguageModel {
 public:
  virtual ~BidirectionalLanguageModel() = default;
  // −Σ ln p(x_t | x_1 … x_{t−1}) − Σ ln p(x_t | x_{t+1} … x_n) over the rows of a batch, where the first sum
  // leaves out the first token of a row, and the second one the last: a row of n tokens has 2 (n − 1)
  // predictions. Each row is a text of its own. Gradients flow unless a NoGrad is active. Errors as from
  // Encoder::encode.
  virtual Tensor loss(const TokenBatch& texts, Context& context) const = 0;
};

}  // namespace hodhod
