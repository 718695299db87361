// SPDX-License-Identifier: Apache-2.0
#include "hodhod/train/metrics/correlation.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "hodhod/base/error.h"

namespace hodhod::metrics {
namespace {

void check_sizes(const char* name, std::span<const double> x, std::span<const double> y) {
  check(x.size() == y.size(), "{}: {} numbers against {}; give as many of each", name, x.size(), y.size());
}

double mean(std::span<const double> x) {
  return std::accumulate(x.begin(), x.end(), 0.0) / static_cast<double>(x.size());
}

std::vector<double> ranks(std::span<const double> x) {
  std::vector<size_t> order(x.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return x[a] < x[b]; });
  std::vector<double> rank(x.size());
  for (size_t i = 0, j; i < order.size(); i = j) {
    for (j = i + 1; j < order.size() && x[order[j]] == x[order[i]]; ++j) {
    }
    for (size_t k = i; k < j; ++k) rank[order[k]] = static_cast<double>(i + 1 + j) / 2;
  }
  return rank;
}

}  // namespace

double pearson(std::span<const double> x, std::span<const double> y) {
  check_sizes("pearson", x, y);
  const double mean_x = mean(x), mean_y = mean(y);
  double xx = 0, yy = 0, xy = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    const double dx = x[i] - mean_x, dy = y[i] - mean_y;
    xx += dx * dx;
    yy += dy * dy;
    xy += dx * dy;
  }
  if (!(xx > 0 && yy > 0)) return std::numeric_limits<double>::quiet_NaN();
  return std::clamp(xy / (std::sqrt(xx) * std::sqrt(yy)), -1.0, 1.0);
}

double spearman(std::span<const double> x, std::span<const double> y) {
  check_sizes("spearman", x, y);
  return pearson(ranks(x), ranks(y));
}

double mean_squared_error(std::span<const double> x, std::span<const double> y) {
  check_sizes("mean squared error", x, y);
  double sum = 0;
  for (size_t i = 0; i < x.size(); ++i) sum += (x[i] - y[i]) * (x[i] - y[i]);
  return sum / static_cast<double>(x.size());
}

double mean_absolute_error(std::span<const double> x, std::span<const double> y) {
  check_sizes("mean absolute error", x, y);
  double sum = 0;
  for (size_t i = 0; i < x.size(); ++i) sum += std::abs(x[i] - y[i]);
  return sum / static_cast<double>(x.size());
}

}  // namespace hodhod::metrics
