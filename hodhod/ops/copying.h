// SPDX-License-Identifier: Apache-2.0
// Tokens that are copied from a source, as in the pointer-generator network (See, Liu, Manning 2017, eq. 9).
#pragma once

#include "hodhod/tensor/tensor.h"

namespace hodhod {

// The logarithm of a mixture of what a model generates, and what it copies:
//   y_v = log( σ(g) e^(p_v) + (1 − σ(g)) Σ_{j: s_j = v} a_j )
// with p [B, T, V] logarithms of probabilities, attention weights a [B, T, S] (0 past a source's end), the
// source's tokens s [B, S] (i64 or i32), and the gate g [B, T, 1] before its sigmoid. Where Σ a_j is below
// 1e-30 nothing is copied, and no gradient flows to these weights. Errors: shapes or types that do not match,
// a token outside [0, V).
Tensor mix_copies(const Tensor& p, const Tensor& a, const Tensor& s, const Tensor& g);

}  // namespace hodhod
