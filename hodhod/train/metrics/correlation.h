// SPDX-License-Identifier: Apache-2.0
// Correlation of two lists of numbers, and errors of a regression.
#pragma once

#include <span>

namespace hodhod::metrics {

// cov(x, y) / (sd(x)·sd(y)); NaN for fewer than two numbers or when either list is constant.
double pearson(std::span<const double> x, std::span<const double> y);
// Pearson's of the ranks; equal numbers share the mean of their ranks.
double spearman(std::span<const double> x, std::span<const double> y);
// Means of (x − y)² and |x − y|; NaN for empty lists.
double mean_squared_error(std::span<const double> x, std::span<const double> y);
double mean_absolute_error(std::span<const double> x, std::span<const double> y);

}  // namespace hodhod::metrics
