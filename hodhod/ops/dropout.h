// SPDX-License-Identifier: Apache-2.0
// Dropout (Srivastava et al. 2014), alone and fused with bias and residual.
//
// The mask is a function of rng's seed and stream and of the element's index; it is drawn again for the
// gradient and never stored.
#pragma once

#include "hodhod/base/rng.h"
#include "hodhod/tensor/tensor.h"

namespace hodhod {

// y = x / (1 − probability) where kept, 0 where dropped; 0 ≤ probability < 1.
Tensor dropout(const Tensor& x, double probability, const Rng& rng);

// dropout(x + bias) + residual in one pass; bias [C] and residual (of x's shape [..., C]) may be undefined.
Tensor dropout_add(const Tensor& x, const Tensor& bias, const Tensor& residual, double probability,
                   const Rng& rng);

}  // namespace hodhod
