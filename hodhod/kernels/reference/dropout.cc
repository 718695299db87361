// SPDX-License-Identifier: Apache-2.0
#include "hodhod/kernels/dropout.h"

namespace hodhod::kernels::reference {

void dropout(const DropoutArgs<double>& args) {
  const Rng rng(args.seed, args.stream);
  const uint32_t threshold = dropout_threshold(args.probability);
  for (int64_t e = 0; e < args.rows * args.columns; ++e) {
    double value = args.bias ? args.x[e] + args.bias[e % args.columns] : args.x[e];
    value *= dropout_keeps(rng, e, threshold) ? 1 / (1 - args.probability) : 0;
    args.y[e] = args.residual ? value + args.residual[e] : value;
  }
}

}  // namespace hodhod::kernels::reference
