// SPDX-License-Identifier: Apache-2.0
// Rotary positions (Su et al. 2021): pairs of a head's elements turned by an angle that grows with the
// position.
#pragma once

#include "hodhod/tensor/host_array.h"
#include "hodhod/tensor/tensor.h"

namespace hodhod {

struct RotaryOptions {
  int64_t heads = 0;         // for x of rank 3
  bool interleaved = false;  // pairs are (2i, 2i + 1), else (i, i + R/2)
  // Position of x[b, t]: positions[b, t], or t + offset[b], or t. Undefined where not used.
  HostArray positions = {};  // [B, T]
  HostArray offset = {};     // [B]
};

// x [B, T, H, D] or [B, T, H · D] with the first R elements of each head turned; tables of cosines and sines
// [longest, R/2], of x's type, as hodhod/nn/positions.h makes them. Differentiable in x. A position outside
// the tables is an Error.
Tensor rotary(const Tensor& x, const Tensor& cosines, const Tensor& sines, const RotaryOptions& options = {});

}  // namespace hodhod
