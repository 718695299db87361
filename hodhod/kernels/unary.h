// SPDX-License-Identifier: Apache-2.0
// Functions of one argument, element by element, over contiguous memory.
#pragma once

#include <cstdint>

#include "hodhod/kernels/formulas.h"

namespace hodhod::kernels {

// y[i] = f(x[i]). y may be x.
template <class T>
struct UnaryArgs {
  Unary function;
  int64_t count;
  const T* x;
  T* y;
};

// dx[i] = dy[i] f'(…), from the argument or the value of f as saved_of(function) says. dx may be dy.
template <class T>
struct UnaryBackwardArgs {
  Unary function;
  int64_t count;
  const T* saved;
  const T* dy;
  T* dx;
};

// y[i] = factor x[i] + offset. y may be x.
template <class T>
struct AffineArgs {
  int64_t count;
  const T* x;
  T* y;
  T factor = 1;
  T offset = 0;
};

namespace cpu {
void unary(const UnaryArgs<float>& args);
void unary_backward(const UnaryBackwardArgs<float>& args);
void affine(const AffineArgs<float>& args);
}  // namespace cpu

namespace reference {
void unary(const UnaryArgs<double>& args);
void unary_backward(const UnaryBackwardArgs<double>& args);
void affine(const AffineArgs<double>& args);
}  // namespace reference

}  // namespace hodhod::kernels
