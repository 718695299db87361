// SPDX-License-Identifier: Apache-2.0
#include "hodhod/kernels/binary.h"

namespace hodhod::kernels::reference {

void binary(const BinaryArgs<double>& args) {
  const Nest<2> nest = coalesce(args.nest);
  const int inner = nest.rank - 1;
  double* y = args.y;
  plain::with_formula(args.function, [&](auto f) {
    for_each_piece(nest, 0, nest.count(), [&](const auto& at, int64_t length) {
      for (int64_t i = 0; i < length; ++i) {
        *y++ =
            f.value(args.a[at[0] + i * nest.strides[0][inner]], args.b[at[1] + i * nest.strides[1][inner]]);
      }
    });
  });
}

void binary_backward(const BinaryBackwardArgs<double>& args) {
  const Nest<3> nest = coalesce(args.nest);
  const int inner = nest.rank - 1;
  int64_t out = 0;
  plain::with_formula(args.function, [&](auto f) {
    for_each_piece(nest, 0, nest.count(), [&](const auto& at, int64_t length) {
      for (int64_t i = 0; i < length; ++i, ++out) {
        const double a = args.a[at[0] + i * nest.strides[0][inner]];
        const double b = args.b[at[1] + i * nest.strides[1][inner]];
        const double dy = args.dy[at[2] + i * nest.strides[2][inner]];
        if (args.da) args.da[out] = dy * f.derivative_left(a, b);
        if (args.db) args.db[out] = dy * f.derivative_right(a, b);
      }
    });
  });
}

void accumulate(const AccumulateArgs<double>& args) {
  const Nest<2> nest = coalesce(args.nest);
  const int inner = nest.rank - 1;
  for_each_piece(nest, 0, nest.count(), [&](const auto& at, int64_t length) {
    for (int64_t i = 0; i < length; ++i) {
      args.y[at[1] + i * nest.strides[1][inner]] += args.x[at[0] + i * nest.strides[0][inner]];
    }
  });
}

}  // namespace hodhod::kernels::reference
