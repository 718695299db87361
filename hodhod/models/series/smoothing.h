// SPDX-License-Identifier: Apache-2.0
// Exponential smoothing of one column of numbers, in double precision.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

namespace hodhod {

// ---- seasons ----

enum class SeasonKind { none, additive, multiplicative };

// The kind that is asked for. automatic: as the data are.
enum class SeasonChoice { automatic, none, additive, multiplicative };
constexpr std::array<std::string_view, 4> names_of(SeasonChoice) {
  return {"automatic", "none", "additive", "multiplicative"};
}

// The seasonal indices of x, m of them, x[0] having the first: for each place of the cycle the mean of
// x − trend (or x / trend), where the trend is the centred moving average over a cycle; shifted to a mean of
// 0 (scaled to a mean of 1). x holds two cycles at least; for the multiplicative kind all values are above 0.
// For none: m zeros.
std::vector<double> seasonal_indices(std::span<const double> x, int64_t m, SeasonKind kind);

// Whether the autocorrelation at lag m says, at 90 %, that x has a season of m:
//   |r_m| > 1.645 √((1 + 2 Σ_{i<m} r_i²) / n)
// False for m = 1, for fewer than two cycles and where x is constant.
bool has_season(std::span<const double> x, int64_t m);

// ---- simple smoothing: level ← α x + (1 − α) level ----

struct SmoothedLevel {
  double level = 0;          // after the last value
  double squared_error = 0;  // of all one-step forecasts
};
// The level before the first value is the one with the least squared error.
SmoothedLevel smooth_level(std::span<const double> x, double alpha);

// ---- a straight line: intercept + slope · t by least squares, t = 0, 1, … ----

struct TrendLine {
  double intercept = 0, slope = 0;
  double at(double t) const { return intercept + slope * t; }
};
TrendLine trend_of(std::span<const double> x);

// ---- search ----

// The point with the least value of f in the box [least, most]^n: the best point of the grid `starts`^n, then
// steps along each coordinate, halved until they are below `precision`. A function of its arguments alone.
struct SearchBox {
  double least = 1e-4, most = 0.9999;
  std::vector<double> starts = {0.05, 0.2, 0.4, 0.6, 0.8, 0.95};
  double precision = 1e-4;
};
std::vector<double> search_least(const std::function<double(std::span<const double>)>& f, int64_t dimensions,
                                 const SearchBox& box = {});

}  // namespace hodhod
