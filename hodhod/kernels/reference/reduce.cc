// SPDX-License-Identifier: Apache-2.0
#include "hodhod/kernels/reduce.h"

#include <cmath>
#include <limits>

namespace hodhod::kernels::reference {

void reduce(const ReduceArgs<double>& args) {
  const Nest<1> kept = coalesce(args.kept);
  const Nest<1> reduced = coalesce(args.reduced);
  const bool is_max = args.reduction == Reduction::max;
  double* y = args.y;
  for_each_piece(kept, 0, kept.count(), [&](const auto& at, int64_t length) {
    for (int64_t k = 0; k < length; ++k) {
      const double* x = args.x + at[0] + k * kept.strides[0][kept.rank - 1];
      double total = is_max ? -std::numeric_limits<double>::infinity() : 0;
      for_each_piece(reduced, 0, reduced.count(), [&](const auto& from, int64_t n) {
        for (int64_t i = 0; i < n; ++i) {
          const double value = x[from[0] + i * reduced.strides[0][reduced.rank - 1]];
          if (args.reduction == Reduction::sum) total += value;
          if (args.reduction == Reduction::sum_squares) total += value * value;
          if (is_max && (value > total || std::isnan(value))) total = value;
        }
      });
      *y++ = is_max ? total : total * args.factor;
    }
  });
}

double sum(const SumArgs<double>& args) {
  double sum = 0;
  for (int64_t i = 0; i < args.count; ++i) sum += args.x[i];
  return sum;
}

void argmax(const ArgmaxArgs<double>& args) {
  for (int64_t r = 0; r < args.rows; ++r) {
    const double* x = args.x + r * args.columns;
    int64_t best = 0;
    for (int64_t i = 1; i < args.columns; ++i) {
      if (!std::isnan(x[best]) && (x[i] > x[best] || std::isnan(x[i]))) best = i;
    }
    args.y[r] = best;
  }
}

}  // namespace hodhod::kernels::reference
