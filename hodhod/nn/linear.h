// SPDX-License-Identifier: Apache-2.0
// The linear layer y = x·Wᵀ + b, to which adapters may add.
#pragma once

#include <vector>

#include "hodhod/base/error.h"
#include "hodhod/nn/context.h"
#include "hodhod/nn/low_rank.h"
#include "hodhod/ops/linear.h"
#include "hodhod/tensor/tensor.h"

namespace hodhod {

struct Linear {
  Tensor weight;                          // [out, in]
  Tensor bias;                            // [out], or undefined
  std::vector<LowRankAdapter> lora = {};  // usually none; the result has the sum of all

  Linear() = default;
  // Uninitialised parameters.
  Linear(int64_t in, int64_t out, bool with_bias = true, DType dtype = DType::f32)
      : weight(Tensor::empty({out, in}, dtype)), bias(with_bias ? Tensor::empty({out}, dtype) : Tensor()) {}

  // x [..., in] → [..., out]
  Tensor operator()(const Tensor& x, const LinearOptions& options = {}) const {
    check(lora.empty(), "linear: an adapter needs the context of the pass; hand it over");
    return linear(x, weight, bias, options);
  }
  // The same with the weight as the context has it, and with adapters.
  Tensor operator()(const Tensor& x, const Context& context, const LinearOptions& options = {}) const {
    if (!lora.empty()) return with_adapters(x, context, options);
    return linear(x, weight_for(context, weight, x), bias, options);
  }

  template <class V>
  void visit(V& v) {
    v("weight", weight);
    v("bias", bias);
    v("lora", lora);
  }

 private:
  Tensor with_adapters(const Tensor& x, const Context& context, const LinearOptions& options) const;
};

}  // namespace hodhod
