// SPDX-License-Identifier: Apache-2.0
// A norm of a Transformer with what it measures of each row.
#pragma once

#include <string_view>

#include "hodhod/nn/context.h"
#include "hodhod/nn/norm.h"
#include "hodhod/tensor/tensor.h"

namespace hodhod {

// norm(x) for x [B, T, C], and in a trace
//   NAME        the result
//   NAME.mean   the mean of each row of x [B, T], of a layer norm
//   NAME.scale  what the row is multiplied by: 1 / √(variance + epsilon), of an RMS norm
//               1 / √(mean(x²) + epsilon)
//
// The last two are off the tape: they are measured for whoever looks, not computed with.
Tensor traced_norm(const Norm& norm, std::string_view name, const Tensor& x, Context& context);

// Whether a trace's name is one of the last two.
inline bool is_measured_by_norm(std::string_view name) {
  return name.ends_with(".mean") || name.ends_with(".scale");
}

}  // namespace hodhod
