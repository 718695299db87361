// SPDX-License-Identifier: Apache-2.0
#include "hodhod/kernels/product.h"

namespace hodhod::kernels::reference {
namespace {

double activate(Activation activation, double z) {
  return plain::with_formula(activation, [&](auto formula) { return decltype(formula)::value(z); });
}

}  // namespace

void product(const ProductArgs<double>& args) {
  const int64_t a_row = args.a.transpose ? 1 : args.a.stride;
  const int64_t a_inner = args.a.transpose ? args.a.stride : 1;
  const int64_t b_inner = args.b.transpose ? 1 : args.b.stride;
  const int64_t b_column = args.b.transpose ? args.b.stride : 1;
  for (int64_t batch = 0; batch < args.batch; ++batch) {
    const int64_t a_begin = batch * args.a.batch_stride, b_begin = batch * args.b.batch_stride;
    for (int64_t i = 0; i < args.m; ++i) {
      const int64_t row = batch * args.c_batch_stride + i * args.c_stride;
      for (int64_t j = 0; j < args.n; ++j) {
        double sum = args.accumulate ? args.c[row + j] : 0.0;
        for (int64_t p = 0; p < args.k; ++p)
          sum += args.a.data[a_begin + i * a_row + p * a_inner] *
                 args.b.data[b_begin + p * b_inner + j * b_column];
        if (args.bias) sum += args.bias[j];
        const double y = activate(args.activation, sum);
        if (args.saved) args.saved[row + j] = saved_of(unary_of(args.activation)) == Saved::input ? sum : y;
        args.c[row + j] = args.residual ? y + args.residual[row + j] : y;
      }
    }
  }
}

}  // namespace hodhod::kernels::reference
