// SPDX-License-Identifier: Apache-2.0
// What a solver needs of a model whose logits are linear in the features of a text:
//   logits[l] = Σ_f value[f] · table[f, l] + bias[l]
// It is solved rather than trained (train/linear_fitting.h), since the loss has one minimum.
#pragma once

#include "hodhod/tensor/tensor.h"

namespace hodhod {

struct LinearForm {
  Tensor table;  // [F, L]
  Tensor bias;   // [L]; undefined: none
  // NB-SVM (Wang & Manning 2012): features are multiplied by the logarithm of the ratio of their shares in
  // two kinds of texts; each count begins at `smoothing`. The table holds the product with it.
  bool log_ratio = false;
  double smoothing = 1;
  // β: weights become (1 − β) · mean|w| + β · w (of NB-SVM; 1: as they are).
  double interpolation = 1;
};

}  // namespace hodhod
