// SPDX-License-Identifier: Apache-2.0
// The Theta method (Assimakopoulos & Nikolopoulos 2000), for each column by itself. Of a history x[0], …,
// x[n-1] without its season, with the line a + b t through it by least squares:
//
//   y[n-1+h] = w · level(θ x − (θ − 1)(a + b t)) + (1 − w)(a + b (n − 1 + h)),   w = 1 / θ
//
// and the season put on again. `level` is that of simple exponential smoothing. Its α is found on the rows to
// fit on; line, level and season are those of the window. With θ = 2 it is the method of the M3 competition.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hodhod/base/number_range.h"
#include "hodhod/models/series/series_config.h"
#include "hodhod/models/series/smoothing.h"

namespace hodhod {

struct ThetaOptions {
  double theta = 2;
  // automatic: multiplicative where all rows to fit on are above 0, otherwise additive; none where
  // has_season() sees none.
  SeasonChoice season_kind = SeasonChoice::automatic;

  void validate(const SeriesOptions& series) const;
  void complete(SeriesOptions&) const {}
  std::string summary() const;
  std::string why_useless(std::string_view option, const SeriesOptions& series) const;
  static std::unique_ptr<Model> make(const ForecasterConfig<ThetaOptions>& config);
  static const ModelType& type();

  template <class Visitor>
  void visit(Visitor&& v) {
    v("theta", theta, "How much the smoothed line bends: 1 for the data as they are", in(1, 100));
    v("season_kind", season_kind, "How the season is taken off and put on again");
  }
};

// The forecast of one column.
struct ThetaParameters {
  double theta = 2, alpha = 0.5;
  SeasonKind season = SeasonKind::none;
};
std::vector<double> theta_forecast(std::span<const double> x, int64_t m, int64_t horizon,
                                   const ThetaParameters& parameters);

// The α with the least squared error of one-step forecasts on x.
double fit_theta(std::span<const double> x, int64_t m, double theta, SeasonKind season);

}  // namespace hodhod
