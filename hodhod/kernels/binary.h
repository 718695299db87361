// SPDX-License-Identifier: Apache-2.0
// Functions of two arguments, element by element, over operands of any steps.
#pragma once

#include <cstdint>

#include "hodhod/kernels/formulas.h"
#include "hodhod/kernels/nest.h"

namespace hodhod::kernels {

// y = f(a, b). The nest's operands are a and b; y is dense in its order. y may be a or b where that is dense.
template <class T>
struct BinaryArgs {
  Binary function;
  Nest<2> nest;
  const T* a;
  const T* b;
  T* y;
};

// da = dy ∂f/∂a, db = dy ∂f/∂b over the whole nest, both dense (an operand that was broadcast is summed
// afterwards). The nest's operands are a, b and dy; a null da or db is not wanted.
template <class T>
struct BinaryBackwardArgs {
  Binary function;
  Nest<3> nest;
  const T* a;
  const T* b;
  const T* dy;
  T* da;
  T* db;
};

// y[…] += x[…]. The nest's operands are x and y; no element of y is met twice.
template <class T>
struct AccumulateArgs {
  Nest<2> nest;
  const T* x;
  T* y;
};

namespace cpu {
void binary(const BinaryArgs<float>& args);
void binary_backward(const BinaryBackwardArgs<float>& args);
void accumulate(const AccumulateArgs<float>& args);
}  // namespace cpu

namespace reference {
void binary(const BinaryArgs<double>& args);
void binary_backward(const BinaryBackwardArgs<double>& args);
void accumulate(const AccumulateArgs<double>& args);
}  // namespace reference

}  // namespace hodhod::kernels
