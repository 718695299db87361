// SPDX-License-Identifier: Apache-2.0
// Rotary positions (Su et al. 2021, "RoFormer"): pairs of a head's elements turned by an angle that grows
// with the position.
//
//   y[first] = x[first] · cos − x[second] · sin
//   y[second] = x[second] · cos + x[first] · sin       cos, sin = cosines[p, i], sines[p, i]
//
// For i < rotated / 2 the pair is (i, i + rotated / 2), or with `interleaved` (2i, 2i + 1); elements from
// `rotated` on are copied. The position p of row b, time t is position[b, t], or t + offset[b], or t.
#pragma once

#include <cstdint>

#include "hodhod/kernels/attention.h"

namespace hodhod::kernels {

template <class T>
struct RotaryArgs {
  int64_t batch = 0;
  int64_t times = 0;
  int64_t heads = 0;
  int64_t head_size = 0;
  int64_t rotated = 0;  // even, at most head_size
  bool interleaved = false;
  bool inverse = false;  // rotates back: the gradient of the rotation
  const T* x = nullptr;  // [B, T, H, D]
  HeadStrides x_strides;
  T* y = nullptr;  // may be x
  HeadStrides y_strides;
  const T* cosines = nullptr;  // [positions, rotated / 2]
  const T* sines = nullptr;
  const int64_t* position = nullptr;  // [B, T] or null
  const int64_t* offset = nullptr;    // [B] or null
};

namespace cpu {
void rotary(const RotaryArgs<float>& args);
}
namespace reference {
void rotary(const RotaryArgs<double>& args);
}

}  // namespace hodhod::kernels
