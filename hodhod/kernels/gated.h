// SPDX-License-Identifier: Apache-2.0
// Gated linear units (Shazeer 2020, "GLU variants improve Transformer"): y = f(gate) · value, with f the
// logistic function for GLU, gelu for GEGLU, silu for SwiGLU.
#pragma once

#include <cstdint>

#include "hodhod/kernels/formulas.h"

namespace hodhod::kernels {

// y[r, c] = f(gate[r, c]) value[r, c] for `rows` rows of `columns`; each operand's rows are its stride apart,
// so that gate and value may be the halves of one matrix. y is dense.
template <class T>
struct GatedArgs {
  Activation activation;
  int64_t rows;
  int64_t columns;
  const T* gate;
  int64_t gate_stride;
  const T* value;
  int64_t value_stride;
  T* y;
};

// dgate = dy value f'(gate), dvalue = dy f(gate). dy is dense.
template <class T>
struct GatedBackwardArgs {
  Activation activation;
  int64_t rows;
  int64_t columns;
  const T* gate;
  int64_t gate_stride;
  const T* value;
  int64_t value_stride;
  const T* dy;
  T* dgate;
  int64_t dgate_stride;
  T* dvalue;
  int64_t dvalue_stride;
};

namespace cpu {
void gated(const GatedArgs<float>& args);
void gated_backward(const GatedBackwardArgs<float>& args);
}  // namespace cpu

namespace reference {
void gated(const GatedArgs<double>& args);
void gated_backward(const GatedBackwardArgs<double>& args);
}  // namespace reference

}  // namespace hodhod::kernels
