// SPDX-License-Identifier: Apache-2.0
// A low-rank adapter of a linear layer (LoRA, Hu et al. 2022, "LoRA: Low-Rank Adaptation of Large Language
// Models"): a small learned addition to a weight W that itself stays as it is.
//
//   y = x Wᵀ + b + scale · dropout(x) Aᵀ Bᵀ
//
// A is drawn at random and B begins at 0, so that a new adapter changes no bit of the result.
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
  // scale · B A, [out, in]: what the adapter adds to the weight outside of training.
  Tensor product() const;

  template <class V>
  void visit(V& v) {
    v("A", a);
    v("B", b);
  }
};

}  // namespace hodhod
