// SPDX-License-Identifier: Apache-2.0
// Forecasts of a monthly series with a trend and a season: the next month from the last two years (many to
// one), a year at once (many to many), a year step by step, and the smoothing that statistics offers.
//
//     example_passengers [FILE]    a csv with months and numbers, for instance airline-passengers.csv
#include <fmt/core.h>
#include <fmt/ranges.h>

#include <cmath>
#include <string>
#include <vector>

#include "hodhod/base/file.h"
#include "hodhod/hodhod.h"

namespace {

using namespace hodhod;

// Twelve years of a number that grows by 2 a month, 30 % higher in summer and lower in winter.
std::string own_table() {
  std::string table = "month,passengers\n";
  for (int t = 0; t < 144; ++t) {
    const double season = 1 - 0.3 * std::cos(t % 12 * 2 * M_PI / 12);
    table += fmt::format("{}-{:02},{:.0f}\n", 1949 + t / 12, t % 12 + 1, (100 + 2 * t) * season);
  }
  return table;
}

// Fits a model on all but the last three years, and returns its mean absolute percentage error there.
double error_of(const char* preset, const std::vector<std::string>& options, const Series& series) {
  const auto config = model_preset(preset);
  for (const std::string& option : options) config->change(option);
  const auto rows = static_cast<double>(series.rows());
  auto model = SeriesForecaster::make(*config, series, {rows - 36, 0, 36}, 1);
  const TemporaryDirectory directory;
  fit(model, series, {.steps = 300, .rate = 1e-2}, directory.path());
  const auto scores = evaluate(model, series, model.parts_in(series).test);
  fmt::print("{:<16} {:<52} {:6.2f} %\n", preset, fmt::format("{}", fmt::join(options, " ")),
             scores.all.mape);
  return scores.all.mape;
}

}  // namespace

int main(int count, char** words) {
  const TemporaryDirectory directory;
  const Series series = read_series({count > 1 ? words[1] : directory.put("own.csv", own_table())}, {});
  fmt::print("mean absolute percentage error in the last three years\n");
  const double last_year = error_of("seasonal-naive", {"horizon=12"}, series);
  const double one = error_of("gru-forecaster", {"context=24", "horizon=1", "width=16"}, series);
  error_of("gru-forecaster", {"context=24", "horizon=12", "width=16"}, series);
  error_of("lstm-forecaster",
           {"context=24", "horizon=12", "width=16", "mode=step-by-step", "covariates=month"}, series);
  const double smooth = error_of("holt-winters", {"context=72", "horizon=12"}, series);
  // Smoothing knows what a trend and a season are; networks learn it, here from a hundred numbers.
  return count > 1 || (one < last_year && smooth < last_year) ? 0 : 1;
}
