// SPDX-License-Identifier: Apache-2.0
#include "hodhod/kernels/softmax.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace hodhod::kernels::reference {

void softmax(const SoftmaxArgs<double>& args) {
  for (int64_t r = 0; r < args.rows; ++r) {
    const int64_t n = args.lengths ? args.lengths[r / args.rows_per_length] : args.columns;
    const double* x = args.x + r * args.columns;
    double* y = args.y + r * args.columns;
    double largest = -std::numeric_limits<double>::infinity();
    for (int64_t i = 0; i < n; ++i) largest = std::max(largest, x[i]);
    double sum = 0;
    for (int64_t i = 0; i < n; ++i) sum += std::exp(x[i] - largest);
    for (int64_t i = 0; i < n; ++i) {
      y[i] = args.log ? x[i] - largest - std::log(sum) : std::exp(x[i] - largest) / sum;
    }
    std::fill(y + n, y + args.columns, args.log ? -std::numeric_limits<double>::infinity() : 0.0);
  }
}

void softmax_backward(const SoftmaxBackwardArgs<double>& args) {
  for (int64_t r = 0; r < args.rows; ++r) {
    const int64_t n = args.lengths ? args.lengths[r / args.rows_per_length] : args.columns;
    const double* y = args.y + r * args.columns;
    const double* dy = args.dy + r * args.columns;
    double* dx = args.dx + r * args.columns;
    double sum = 0;
    for (int64_t i = 0; i < n; ++i) sum += args.log ? dy[i] : dy[i] * y[i];
    for (int64_t i = 0; i < n; ++i) {
      dx[i] = args.log ? dy[i] - std::exp(y[i]) * sum : y[i] * (dy[i] - sum);
    }
    std::fill(dx + n, dx + args.columns, 0.0);
  }
}

}  // namespace hodhod::kernels::reference
