// SPDX-License-Identifier: Apache-2.0
// A low-rank adapter (LoRA, Hu et al. 2022, "LoRA: Low-Rank Adaptation of Large Language Models"): a small
// learned addition to a weight that itself stays as it is.
//
//   y = x Wᵀ + b + scale · dropout(x) Aᵀ Bᵀ     of a linear layer, whose weight is W [out, in]
//   y = W[ids] + scale · (A[:, ids])ᵀ Bᵀ        of an embedding, whose table is W [V, C]: in = V, out = C
//
// One of A and B begins at 0, so that a new adapter changes no bit of the result, and the other is drawn at
// random: A of a linear layer, and B of an embedding, where only the rows of A that are read learn.
#pragma once

#include <cstdint>

#include "hodhod/nn/context.h"
#include "hodhod/tensor/tensor.h"

namespace hodhod {

struct LowRankAdapter {
  Tensor a;             // A [r, in]
  Tensor b;             // B [out, r]
  double scale = 1;     // α / r, or α / √r (Kalajdzievski 2023)
  double dropout = 0;   // of what A reads, in training
  uint64_t stream = 0;  // names the random stream of dropout's masks

  // rest + scale · dropout(x) Aᵀ Bᵀ for x [..., in]; `rest` [..., out] may be undefined.
  Tensor operator()(const Tensor& x, const Context& context, const Tensor& rest) const;
  // Of an embedding: rest + factor · scale · (A[:, ids])ᵀ Bᵀ for ids [...] and `rest` [..., C].
  Tensor of_rows(const Tensor& ids, double factor, const Context& context, const Tensor& rest) const;
  // scale · B A, [out, in]: what the adapter adds to the weight outside of training; to a table, transposed.
  Tensor product() const;

  template <class V>
  void visit(V& v) {
    v("A", a);
    v("B", b);
  }
};

}  // namespace hodhod
