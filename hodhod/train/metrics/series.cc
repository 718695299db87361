// SPDX-License-Identifier: Apache-2.0
#include "hodhod/train/metrics/series.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace hodhod::metrics {

SeriesErrors::SeriesErrors(std::vector<SeriesScale> scales)
    : scales_(std::move(scales)), sums_(scales_.size()) {}

void SeriesErrors::add(size_t column, double actual, double forecast) {
  Sums& sums = sums_[column];
  const double error = actual - forecast, absolute = std::abs(error);
  ++sums.numbers;
  sums.squared += error * error;
  sums.absolute += absolute;
  if (actual == 0) {
    ++sums.zeros;
  } else {
    sums.relative += absolute / std::abs(actual);
  }
  if (absolute > 0) sums.symmetric += absolute / (std::abs(actual) + std::abs(forecast));
}

SeriesScore SeriesErrors::column(size_t column) const {
  const Sums& sums = sums_[column];
  const SeriesScale& scale = scales_[column];
  const auto n = static_cast<double>(std::max<int64_t>(sums.numbers, 1));
  SeriesScore score{.numbers = sums.numbers, .mse = sums.squared / n, .mae = sums.absolute / n};
  score.standardised_mse = score.mse / (scale.deviation * scale.deviation);
  score.standardised_mae = score.mae / scale.deviation;
  score.mape = 100 * sums.relative / n;
  score.smape = 200 * sums.symmetric / n;
  score.has_mase = scale.season_error > 0;
  score.mase = score.has_mase ? score.mae / scale.season_error : 0;
  score.zeros = sums.zeros;
  return score;
}

SeriesScore SeriesErrors::all() const {
  SeriesScore total;
  const auto columns = static_cast<double>(sums_.size());
  for (size_t c = 0; c < sums_.size(); ++c) {
    const SeriesScore one = column(c);
    total.numbers += one.numbers;
    total.mse += one.mse / columns;
    total.mae += one.mae / columns;
    total.standardised_mse += one.standardised_mse / columns;
    total.standardised_mae += one.standardised_mae / columns;
    total.mape += one.mape / columns;
    total.smape += one.smape / columns;
    total.mase += one.mase / columns;
    total.zeros += one.zeros;
    total.has_mase = total.has_mase && one.has_mase;
  }
  return total;
}

QuantileErrors::QuantileErrors(std::vector<double> quantiles)
    : quantiles_(std::move(quantiles)),
      numbers_(quantiles_.size()),
      below_(quantiles_.size()),
      losses_(quantiles_.size()) {}

void QuantileErrors::add(size_t quantile, double actual, double forecast, double deviation) {
  const double error = (actual - forecast) / deviation, q = quantiles_[quantile];
  ++numbers_[quantile];
  below_[quantile] += actual <= forecast ? 1 : 0;
  losses_[quantile] += std::max(q * error, (q - 1) * error);
}

double QuantileErrors::coverage(size_t quantile) const {
  return static_cast<double>(below_[quantile]) /
         static_cast<double>(std::max<int64_t>(numbers_[quantile], 1));
}

double QuantileErrors::pinball_loss(size_t quantile) const {
  return losses_[quantile] / static_cast<double>(std::max<int64_t>(numbers_[quantile], 1));
}

}  // namespace hodhod::metrics
