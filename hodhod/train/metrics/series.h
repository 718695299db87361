// SPDX-License-Identifier: Apache-2.0
// Errors of forecasts, in the units of the data and in units of the columns' scales.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace hodhod::metrics {

// What the errors of a column are measured by, from the rows that the model was fitted on.
struct SeriesScale {
  double deviation = 1;
  double season_error = 0;  // mean |x_t − x_{t−m}|; 0: MASE is not defined
};

// Means over all numbers that were forecast. With several columns, each counts the same.
struct SeriesScore {
  int64_t numbers = 0;
  double mse = 0, mae = 0;                            // of (x − y)
  double standardised_mse = 0, standardised_mae = 0;  // of (x − y) / deviation
  // 100 · |x − y| / |x|; defined if no x is 0.
  double mape = 0;
  // 200 · |x − y| / (|x| + |y|), from 0 to 200; 0 where both are 0.
  double smape = 0;
  // mean |x − y| / season_error (Hyndman & Koehler 2006); defined if no season_error is 0.
  double mase = 0;
  int64_t zeros = 0;  // values x that are 0; if there are any, MAPE is not defined
  bool has_mase = true;
  bool has_mape() const { return zeros == 0; }
};

// Adds up errors in the order in which they come.
class SeriesErrors {
 public:
  explicit SeriesErrors(std::vector<SeriesScale> scales);

  void add(size_t column, double actual, double forecast);
  // Of one column, and of all.
  SeriesScore column(size_t column) const;
  SeriesScore all() const;

 private:
  struct Sums {
    int64_t numbers = 0, zeros = 0;
    double squared = 0, absolute = 0, relative = 0, symmetric = 0;
  };
  std::vector<SeriesScale> scales_;
  std::vector<Sums> sums_;
};

// How well quantiles are hit.
class QuantileErrors {
 public:
  explicit QuantileErrors(std::vector<double> quantiles);

  void add(size_t quantile, double actual, double forecast, double deviation);
  // The share of values at or below the quantile's forecast: the quantile itself if it is right.
  double coverage(size_t quantile) const;
  // The mean of max(q u, (q − 1) u), u = (actual − forecast) / deviation.
  double pinball_loss(size_t quantile) const;

 private:
  std::vector<double> quantiles_;
  std::vector<int64_t> numbers_, below_;
  std::vector<double> losses_;
};

}  // namespace hodhod::metrics
