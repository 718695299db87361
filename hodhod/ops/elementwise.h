// SPDX-License-Identifier: Apache-2.0
// Functions of tensors element by element. Tensors are f32 or f64, of any layout; results are dense.
#pragma once

#include "hodhod/kernels/formulas.h"
#include "hodhod/tensor/tensor.h"

namespace hodhod {

using kernels::Activation;

// ---- two tensors: shapes broadcast (aligned at the last dimension, extents of 1 stretch) ----
// Errors: shapes that do not broadcast, element types that differ.
Tensor add(const Tensor& a, const Tensor& b);
Tensor sub(const Tensor& a, const Tensor& b);
Tensor mul(const Tensor& a, const Tensor& b);
Tensor div(const Tensor& a, const Tensor& b);
// NaN wins; at a tie each gets half of the gradient.
Tensor maximum(const Tensor& a, const Tensor& b);

// factor · x + offset
Tensor scale(const Tensor& x, double factor, double offset = 0);

inline Tensor operator+(const Tensor& a, const Tensor& b) { return add(a, b); }
inline Tensor operator-(const Tensor& a, const Tensor& b) { return sub(a, b); }
inline Tensor operator*(const Tensor& a, const Tensor& b) { return mul(a, b); }
inline Tensor operator/(const Tensor& a, const Tensor& b) { return div(a, b); }
inline Tensor operator+(const Tensor& x, double c) { return scale(x, 1, c); }
inline Tensor operator+(double c, const Tensor& x) { return scale(x, 1, c); }
inline Tensor operator-(const Tensor& x, double c) { return scale(x, 1, -c); }
inline Tensor operator-(double c, const Tensor& x) { return scale(x, -1, c); }
inline Tensor operator*(const Tensor& x, double c) { return scale(x, c); }
inline Tensor operator*(double c, const Tensor& x) { return scale(x, c); }
inline Tensor operator/(const Tensor& x, double c) { return scale(x, 1 / c); }
inline Tensor operator-(const Tensor& x) { return scale(x, -1); }

// ---- one tensor ----
Tensor apply(kernels::Unary function, const Tensor& x);
inline Tensor activate(Activation activation, const Tensor& x) { return apply(unary_of(activation), x); }

inline Tensor relu(const Tensor& x) { return apply(kernels::Unary::relu, x); }
inline Tensor gelu(const Tensor& x) { return apply(kernels::Unary::gelu, x); }            // x Φ(x)
inline Tensor gelu_tanh(const Tensor& x) { return apply(kernels::Unary::gelu_tanh, x); }  // its approximation
inline Tensor quick_gelu(const Tensor& x) { return apply(kernels::Unary::quick_gelu, x); }
inline Tensor silu(const Tensor& x) { return apply(kernels::Unary::silu, x); }
inline Tensor tanh(const Tensor& x) { return apply(kernels::Unary::tanh, x); }
inline Tensor sigmoid(const Tensor& x) { return apply(kernels::Unary::sigmoid, x); }
inline Tensor exp(const Tensor& x) { return apply(kernels::Unary::exp, x); }
inline Tensor log(const Tensor& x) { return apply(kernels::Unary::log, x); }
inline Tensor sqrt(const Tensor& x) { return apply(kernels::Unary::sqrt, x); }
inline Tensor square(const Tensor& x) { return apply(kernels::Unary::square, x); }
inline Tensor abs(const Tensor& x) { return apply(kernels::Unary::abs, x); }
inline Tensor neg(const Tensor& x) { return apply(kernels::Unary::neg, x); }

// ---- gates (Shazeer 2020) ----
// f(gate) · value, both [..., F]: silu makes SwiGLU, gelu and gelu_tanh GEGLU, sigmoid GLU.
Tensor gated(Activation activation, const Tensor& gate, const Tensor& value);
// The same where x [..., 2F] holds the gate in its first half and the value in its second; the result is
// [..., F].
Tensor gated_halves(Activation activation, const Tensor& x);

// x where mask (u8, of x's shape) is 0, and `value` elsewhere.
Tensor masked_fill(const Tensor& x, const Tensor& mask, double value);

}  // namespace hodhod
