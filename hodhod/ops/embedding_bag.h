// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hodhod/tensor/tensor.h"

namespace hodhod {

// What is summed up in each bag.
struct Bags {
  Tensor ids;           // [B, T] i32 or i64
  Tensor lengths = {};  // [B] i64: how many of a bag's ids count; undefined: all
  Tensor weights = {};  // [B, T], of the table's type; undefined: all 1
};

// Weighted sums of rows of a table [V, C]: y[b] = Σ weights[b, t] · table[ids[b, t]] over t < lengths[b],
// added in the order of t, [B, C]. A bag of length 0 gives zeros. The gradient of the table has only the rows
// that occur (tensor/gradient.h). Error, before anything is written, for an id outside [0, V).
Tensor embedding_bag(const Bags& bags, const Tensor& table);

}  // namespace hodhod
