// SPDX-License-Identifier: Apache-2.0
#include "hodhod/kernels/negative_sampling.h"

#include <cmath>

namespace hodhod::kernels::reference {

void negative_sampling(const NegativeSamplingArgs<double>& args) {
  const int64_t n = args.columns;
  for (int64_t e = 0; e < args.examples; ++e) {
    const double* h = args.hidden + args.hidden_row[e] * n;
    double* step = args.step + e * n;
    for (int64_t c = 0; c < n; ++c) step[c] = 0;
    for (int32_t t = args.begin[e]; t < args.begin[e + 1]; ++t) {
      const double* o = args.table + args.rows[t] * n;
      double dot = 0;
      for (int64_t c = 0; c < n; ++c) dot += h[c] * o[c];
      const double belongs = args.times[t] > 0 ? 1 : 0;
      args.coefficient[t] = args.rate * std::abs(args.times[t]) * (belongs - 1 / (1 + std::exp(-dot)));
      for (int64_t c = 0; c < n; ++c) step[c] += args.coefficient[t] * o[c];
    }
  }
}

}  // namespace hodhod::kernels::reference
