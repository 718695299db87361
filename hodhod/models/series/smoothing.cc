// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/series/smoothing.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace hodhod {
namespace {

double mean_of(std::span<const double> x) {
  return std::accumulate(x.begin(), x.end(), 0.0) / static_cast<double>(x.size());
}

// The centred moving average over m values around t: for an even m, half of the values at both ends.
double centred_average(std::span<const double> x, int64_t t, int64_t m) {
  const int64_t half = m / 2;
  double sum = 0;
  for (int64_t i = t - half; i <= t + half; ++i) {
    const bool at_end = m % 2 == 0 && (i == t - half || i == t + half);
    sum += (at_end ? 0.5 : 1.0) * x[static_cast<size_t>(i)];
  }
  return sum / static_cast<double>(m);
}

// The best point of the grid.
std::vector<double> best_start(const std::function<double(std::span<const double>)>& f, int64_t dimensions,
                               const SearchBox& box) {
  const auto count = std::ssize(box.starts);
  std::vector<int64_t> places(static_cast<size_t>(dimensions));
  std::vector<double> point(places.size()), best;
  double least = std::numeric_limits<double>::infinity();
  for (bool more = true; more;) {
    for (size_t i = 0; i < places.size(); ++i) point[i] = box.starts[static_cast<size_t>(places[i])];
    const double value = f(point);
    if (best.empty() || value < least) {
      least = value;
      best = point;
    }
    size_t i = 0;
    while (i < places.size() && ++places[i] == count) places[i++] = 0;
    more = i < places.size();
  }
  return best;
}

}  // namespace

std::vector<double> seasonal_indices(std::span<const double> x, int64_t m, SeasonKind kind) {
  std::vector<double> indices(static_cast<size_t>(m));
  if (kind == SeasonKind::none) return indices;
  const bool multiplies = kind == SeasonKind::multiplicative;
  std::vector<double> counts(indices.size());
  const int64_t half = m / 2;
  for (int64_t t = half; t + half < std::ssize(x); ++t) {
    const double trend = centred_average(x, t, m), value = x[static_cast<size_t>(t)];
    const auto place = static_cast<size_t>(t % m);
    indices[place] += multiplies ? value / trend : value - trend;
    ++counts[place];
  }
  for (size_t i = 0; i < indices.size(); ++i) indices[i] /= std::max(counts[i], 1.0);
  const double mean = mean_of(indices);
  for (double& index : indices) index = multiplies ? index / mean : index - mean;
  return indices;
}

bool has_season(std::span<const double> x, int64_t m) {
  const int64_t n = std::ssize(x);
  if (m < 2 || n < 2 * m) return false;
  const double mean = mean_of(x);
  const auto product = [&](int64_t lag) {
    double sum = 0;
    for (int64_t t = lag; t < n; ++t)
      sum += (x[static_cast<size_t>(t)] - mean) * (x[static_cast<size_t>(t - lag)] - mean);
    return sum;
  };
  const double variance = product(0);
  if (variance <= 0) return false;
  double squares = 0;
  for (int64_t lag = 1; lag < m; ++lag) squares += std::pow(product(lag) / variance, 2);
  return std::abs(product(m) / variance) > 1.645 * std::sqrt((1 + 2 * squares) / static_cast<double>(n));
}

SmoothedLevel smooth_level(std::span<const double> x, double alpha) {
  // The level is known + weight · start, and linear in the start. So is each error, and the best start solves
  // a least-squares problem of one unknown.
  double products = 0, squares = 0, known = 0, weight = 1;
  for (const double value : x) {
    products += (value - known) * weight;
    squares += weight * weight;
    known += alpha * (value - known);
    weight *= 1 - alpha;
  }
  SmoothedLevel smoothed{.level = squares > 0 ? products / squares : 0};
  for (const double value : x) {
    const double error = value - smoothed.level;
    smoothed.squared_error += error * error;
    smoothed.level += alpha * error;
  }
  return smoothed;
}

TrendLine trend_of(std::span<const double> x) {
  const double mean = mean_of(x), middle = static_cast<double>(x.size() - 1) / 2;
  double products = 0, squares = 0;
  for (size_t t = 0; t < x.size(); ++t) {
    const double distance = static_cast<double>(t) - middle;
    products += distance * (x[t] - mean);
    squares += distance * distance;
  }
  const double slope = squares > 0 ? products / squares : 0;
  return {mean - slope * middle, slope};
}

std::vector<double> search_least(const std::function<double(std::span<const double>)>& f, int64_t dimensions,
                                 const SearchBox& box) {
  std::vector<double> best = best_start(f, dimensions, box);
  double least = f(best);
  for (double step = 0.1; step >= box.precision;) {
    bool better = false;
    for (size_t i = 0; i < best.size(); ++i) {
      for (const double move : {step, -step}) {
        std::vector<double> point = best;
        point[i] = std::clamp(point[i] + move, box.least, box.most);
        const double value = f(point);
        if (!(value < least)) continue;
        least = value;
        best = std::move(point);
        better = true;
      }
    }
    if (!better) step /= 2;
  }
  return best;
}

}  // namespace hodhod
