// SPDX-License-Identifier: Apache-2.0
// The affine map of a layer, with an activation before it and a residual after it.
#pragma once

#include "hodhod/kernels/formulas.h"
#include "hodhod/ops/weight.h"
#include "hodhod/tensor/tensor.h"

namespace hodhod {

struct LinearOptions {
  // Applied to x first: y = f(x)·Wᵀ + b. f(x) is computed again for the gradient and not kept.
  kernels::Activation activation = kernels::Activation::identity;
  // Added to the result; of the result's shape, or undefined.
  Tensor residual = {};
};

// y[..., o] = Σ_i f(x)[..., i] W[o, i] + b[o] + residual[..., o]
// for x [..., I], W [O, I] and b [O] or undefined; the result is [..., O]. Rows of the result do not depend
// on each other. The gradient of W sums over rows in order.
Tensor linear(const Tensor& x, const Weight& weight, const Tensor& bias = {},
              const LinearOptions& options = {});

}  // namespace hodhod
