// SPDX-License-Identifier: Apache-2.0
// Moving elements: copies between any two layouts (transposes among them), filling, and conversion between
// the floating-point types.
#pragma once

#include <cstdint>

#include "hodhod/kernels/nest.h"

namespace hodhod::kernels {

// to[…] = from[…] for elements of `size` bytes (1, 2, 4 or 8). The nest's operands are from and to, with
// steps in elements; no element of `to` is written twice, and the two do not overlap.
struct CopyArgs {
  int64_t size;
  Nest<2> nest;
  const void* from;
  void* to;
};

// to[…] = *element, an element of `size` bytes (1, 2, 4 or 8).
struct FillArgs {
  int64_t size;
  Nest<1> nest;
  const void* element;
  void* to;
};

namespace cpu {
void copy(const CopyArgs& args);
void fill(const FillArgs& args);
}  // namespace cpu

// Conversions of `count` elements, rounding to nearest even; too large becomes infinite, NaN stays NaN. bf16
// and f16 are given by their bits.
void bf16_from_f32(int64_t count, const float* x, uint16_t* y);
void f32_from_bf16(int64_t count, const uint16_t* x, float* y);
void f16_from_f32(int64_t count, const float* x, uint16_t* y);
void f32_from_f16(int64_t count, const uint16_t* x, float* y);
void f64_from_f32(int64_t count, const float* x, double* y);
void f32_from_f64(int64_t count, const double* x, float* y);

}  // namespace hodhod::kernels
