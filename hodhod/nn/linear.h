// SPDX-License-Identifier: Apache-2.0
// The linear layer y = x·Wᵀ + b.
#pragma once

#include "hodhod/nn/context.h"
#include "hodhod/ops/linear.h"
#include "hodhod/tensor/tensor.h"

namespace hodhod {

struct Linear {
  Tensor weight;  // [out, in]
  Tensor bias;    // [out], or undefined

  Linear() = default;
  // Uninitialised parameters (see initialisers.h).
  Linear(int64_t in, int64_t out, bool with_bias = true, DType dtype = DType::f32)
      : weight(Tensor::empty({out, in}, dtype)), bias(with_bias ? Tensor::empty({out}, dtype) : Tensor()) {}

  // x [..., in] → [..., out]
  Tensor operator()(const Tensor& x, const LinearOptions& options = {}) const {
    return linear(x, weight, bias, options);
  }
  // The same with the weight as the context has it.
  Tensor operator()(const Tensor& x, const Context& context, const LinearOptions& options = {}) const {
    return linear(x, weight_for(context, weight, x), bias, options);
  }

  template <class V>
  void visit(V& v) {
    v("weight", weight);
    v("bias", bias);
  }
};

}  // namespace hodhod
