// SPDX-License-Identifier: Apache-2.0
// Elements chosen by indices or by a mask. Indices are checked before (first_outside in embedding.h).
#pragma once

#include <cstdint>

#include "hodhod/kernels/nest.h"

namespace hodhod::kernels {

// Row i of `to` is row ids[i] of `from`, for `count` rows of `bytes` bytes.
struct TakeRowsArgs {
  int64_t count;
  int64_t bytes;
  const int64_t* ids;
  const void* from;
  void* to;
};

// to[e] = from[offset(e) + ids[e] · step] for elements of `size` bytes (1, 2, 4 or 8). The nest's operand
// gives offset(e) for the elements e of `ids` and `to`, both dense in its order.
struct GatherArgs {
  int64_t size;
  Nest<1> nest;
  int64_t step;
  const int64_t* ids;
  const void* from;
  void* to;
};

// x[offset(e) + ids[e] · step] += dy[e] for e in order: the gradient of gathering.
template <class T>
struct ScatterAddArgs {
  Nest<1> nest;
  int64_t step;
  const int64_t* ids;
  const T* dy;
  T* x;
};

// y[i] = mask[i] ? value : x[i]. y may be x.
template <class T>
struct MaskedFillArgs {
  int64_t count;
  const uint8_t* mask;
  T value;
  const T* x;
  T* y;
};

namespace cpu {
void take_rows(const TakeRowsArgs& args);
void gather(const GatherArgs& args);
void scatter_add(const ScatterAddArgs<float>& args);
void masked_fill(const MaskedFillArgs<float>& args);
}  // namespace cpu

namespace reference {
void scatter_add(const ScatterAddArgs<double>& args);
void masked_fill(const MaskedFillArgs<double>& args);
}  // namespace reference

}  // namespace hodhod::kernels
