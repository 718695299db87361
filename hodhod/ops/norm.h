// SPDX-License-Identifier: Apache-2.0
// Layer norm (Ba et al. 2016) and RMS norm (Zhang and Sennrich 2019) over the last dimension.
#pragma once

#include "hodhod/kernels/norm.h"
#include "hodhod/tensor/tensor.h"

namespace hodhod {

using kernels::NormKind;

struct NormOptions {
  NormKind kind = NormKind::layer;
  double epsilon = 1e-5;
  bool plus_one = false;  // 1 + gamma stands for gamma (Gemma)
};

//   layer: y = (x − mean) / √(variance + epsilon) · gamma + beta
//   rms:   y = x / √(mean(x²) + epsilon) · gamma + beta
//
// for x [..., C] and gamma, beta [C]; an undefined gamma is 1, an undefined beta 0.
Tensor norm(const Tensor& x, const Tensor& gamma, const Tensor& beta, const NormOptions& options = {});

// The norm of x + residual, in one visit of each row ("Add & Norm").
Tensor add_norm(const Tensor& x, const Tensor& residual, const Tensor& gamma, const Tensor& beta,
                const NormOptions& options = {});

// The same, with the sum x + residual as well: what a pre-norm block carries on.
struct NormAndSum {
  Tensor y, sum;
};
NormAndSum add_norm_sum(const Tensor& x, const Tensor& residual, const Tensor& gamma, const Tensor& beta,
                        const NormOptions& options = {});

}  // namespace hodhod
