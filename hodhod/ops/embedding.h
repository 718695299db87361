// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hodhod/ops/weight.h"
#include "hodhod/tensor/tensor.h"

namespace hodhod {

struct EmbeddingOptions {
  double factor = 1;          // what rows are multiplied by, √C in "Attention Is All You Need" §3.4
  int64_t padding = -1;       // an id whose row gets no gradient; −1: none
  bool row_gradient = false;  // the table's gradient comes as the rows of the ids (tensor/gradient.h)
};

// y[..., c] = factor · table[ids[...], c] for ids [...] of i32 or i64 and table [V, C]. The gradient adds up
// in the order of ids. Error, before anything is written: an id outside [0, V).
Tensor embedding(const Tensor& ids, const Weight& table, const EmbeddingOptions& options = {});

}  // namespace hodhod
