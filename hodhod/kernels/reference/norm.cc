// SPDX-License-Identifier: Apache-2.0
#include "hodhod/kernels/norm.h"

#include <cmath>

namespace hodhod::kernels::reference {

void norm(const NormArgs<double>& args) {
  const int64_t n = args.columns;
  for (int64_t r = 0; r < args.rows; ++r) {
    const auto s = [&](int64_t i) {
      return args.residual ? args.x[r * n + i] + args.residual[r * n + i] : args.x[r * n + i];
    };
    double mean = 0;
    if (args.kind == NormKind::layer) {
      for (int64_t i = 0; i < n; ++i) mean += s(i) / static_cast<double>(n);
    }
    double variance = 0;
    for (int64_t i = 0; i < n; ++i) variance += (s(i) - mean) * (s(i) - mean) / static_cast<double>(n);
    const double scale = 1 / std::sqrt(variance + args.epsilon);
    for (int64_t i = 0; i < n; ++i) {
      const double gamma = args.gamma ? args.gamma[i] : 1;
      const double beta = args.beta ? args.beta[i] : 0;
      args.y[r * n + i] = (s(i) - mean) * scale * gamma + beta;
      if (args.sum) args.sum[r * n + i] = s(i);
    }
    if (args.mean) args.mean[r] = mean;
    if (args.scale) args.scale[r] = scale;
  }
}

void norm_backward(const NormBackwardArgs<double>& args) {
  const int64_t n = args.columns;
  for (int64_t i = 0; i < n; ++i) {
    if (args.dgamma && !args.accumulate_gamma) args.dgamma[i] = 0;
    if (args.dbeta && !args.accumulate_beta) args.dbeta[i] = 0;
  }
  for (int64_t r = 0; r < args.rows; ++r) {
    const double mean = args.kind == NormKind::layer ? args.mean[r] : 0;
    const double scale = args.scale[r];
    const auto normalised = [&](int64_t i) { return (args.s[r * n + i] - mean) * scale; };
    const auto slope = [&](int64_t i) { return args.dy[r * n + i] * (args.gamma ? args.gamma[i] : 1); };
    double along = 0, across = 0;
    for (int64_t i = 0; i < n; ++i) {
      along += slope(i) * normalised(i) / static_cast<double>(n);
      if (args.kind == NormKind::layer) across += slope(i) / static_cast<double>(n);
      if (args.dgamma) args.dgamma[i] += args.dy[r * n + i] * normalised(i);
      if (args.dbeta) args.dbeta[i] += args.dy[r * n + i];
    }
    for (int64_t i = 0; i < n && args.dx; ++i) {
      const double other = args.dsum ? args.dsum[r * n + i] : 0;
      args.dx[r * n + i] = (slope(i) - across - normalised(i) * along) * scale + other;
    }
  }
}

}  // namespace hodhod::kernels::reference
