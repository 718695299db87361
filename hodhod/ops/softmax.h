// SPDX-License-Identifier: Apache-2.0
// Softmax and its logarithm.
#pragma once

#include "hodhod/tensor/host_array.h"
#include "hodhod/tensor/tensor.h"

namespace hodhod {

struct SoftmaxOptions {
  int dim = -1;
  // i32 or i64, [...]: the number of valid elements; after them the result is 0 (−∞ for log_softmax). Its
  // shape is a prefix of x's: [B] for x [B, T, S]. Only with the last dimension. Undefined: all count.
  HostArray lengths = {};
};

// y_i = exp(x_i − max) / Σ exp(x_j − max)
Tensor softmax(const Tensor& x, const SoftmaxOptions& options = {});
// y_i = x_i − max − log Σ exp(x_j − max)
Tensor log_softmax(const Tensor& x, const SoftmaxOptions& options = {});

}  // namespace hodhod
