// SPDX-License-Identifier: Apache-2.0
// The norm of "add & norm": layer norm or RMS norm over the channels.
#pragma once

#include <cstdint>

#include "hodhod/ops/norm.h"
#include "hodhod/tensor/tensor.h"

namespace hodhod {

struct Norm {
  NormOptions options;
  Tensor weight;  // [C]
  Tensor bias;    // [C], or undefined

  Norm() = default;
  // Weight 1 (0 with plus_one) and, for layer norm `with_bias`, bias 0.
  explicit Norm(int64_t width, const NormOptions& norm_options = {}, DType dtype = DType::f32,
                bool with_bias = true);

  // x [..., C] → [..., C]
  Tensor operator()(const Tensor& x) const { return norm(x, weight, bias, options); }
  // norm(x + residual)
  Tensor operator()(const Tensor& x, const Tensor& residual) const {
    return add_norm(x, residual, weight, bias, options);
  }
  // norm(x + residual), and x + residual
  NormAndSum with_sum(const Tensor& x, const Tensor& residual) const {
    return add_norm_sum(x, residual, weight, bias, options);
  }

  template <class V>
  void visit(V& v) {
    v("weight", weight);
    v("bias", bias);
  }
};

}  // namespace hodhod
