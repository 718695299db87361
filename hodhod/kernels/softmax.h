// SPDX-License-Identifier: Apache-2.0
// Softmax and its logarithm over rows, optionally over the first part of each row only.
#pragma once

#include <cstdint>

namespace hodhod::kernels {

// y_i = exp(x_i − m) / Σ exp(x_j − m), or x_i − m − log Σ exp(x_j − m) with `log`, m the row's maximum; rows
// dense. With `lengths`, row r has lengths[r / rows_per_length] elements (0 to columns); behind them y is 0,
// or −∞ with `log`. A row's bits depend on its elements alone. y may be x.
template <class T>
struct SoftmaxArgs {
  int64_t rows;
  int64_t columns;
  bool log;
  const T* x;
  T* y;
  const int64_t* lengths = nullptr;
  int64_t rows_per_length = 1;
};

// dx_i = y_i (dy_i − Σ dy_j y_j), or dy_i − exp(y_i) Σ dy_j with `log`; 0 behind the length. dx may be dy.
template <class T>
struct SoftmaxBackwardArgs {
  int64_t rows;
  int64_t columns;
  bool log;
  const T* y;
  const T* dy;
  T* dx;
  const int64_t* lengths = nullptr;
  int64_t rows_per_length = 1;
};

namespace cpu {
void softmax(const SoftmaxArgs<float>& args);
void softmax_backward(const SoftmaxBackwardArgs<float>& args);
}  // namespace cpu

namespace reference {
void softmax(const SoftmaxArgs<double>& args);
void softmax_backward(const SoftmaxBackwardArgs<double>& args);
}  // namespace reference

}  // namespace hodhod::kernels
