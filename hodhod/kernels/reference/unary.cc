// SPDX-License-Identifier: Apache-2.0
#include "hodhod/kernels/unary.h"

namespace hodhod::kernels::reference {

void unary(const UnaryArgs<double>& args) {
  plain::with_formula(args.function, [&](auto formula) {
    for (int64_t i = 0; i < args.count; ++i) args.y[i] = formula.value(args.x[i]);
  });
}

void unary_backward(const UnaryBackwardArgs<double>& args) {
  plain::with_formula(args.function, [&](auto formula) {
    for (int64_t i = 0; i < args.count; ++i) args.dx[i] = args.dy[i] * formula.derivative(args.saved[i]);
  });
}

void affine(const AffineArgs<double>& args) {
  for (int64_t i = 0; i < args.count; ++i) args.y[i] = args.factor * args.x[i] + args.offset;
}

}  // namespace hodhod::kernels::reference
