// SPDX-License-Identifier: Apache-2.0
// Exponential smoothing with trend and season (Holt 1957, Winters 1960), for each column by itself:
//
//   level  l ← α (x − s) + (1 − α)(l + φ b)        additive season; multiplicative: x / s, s (…)
//   trend  b ← β (l_new − l) + (1 − β) φ b         φ = 1 unless the trend is damped
//   season s ← γ (x − l − φ b) + (1 − γ) s         multiplicative: x / (l + φ b)
//   y[h] = l + (φ + … + φ^h) b + s
//
// α, β, γ and φ have the least squared error of one-step forecasts on the rows to fit on, found by a search
// from a fixed grid. Level, trend and season begin with the first two cycles, also of each window that is
// forecast; a window of less than two cycles has no season.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hodhod/models/series/series_config.h"
#include "hodhod/models/series/smoothing.h"

namespace hodhod {

enum class SmoothingTrend { none, additive, damped };
constexpr std::array<std::string_view, 3> names_of(SmoothingTrend) { return {"none", "additive", "damped"}; }

struct HoltWintersOptions {
  SmoothingTrend trend = SmoothingTrend::additive;
  // automatic: of none, additive and (where all rows to fit on are above 0) multiplicative the one with the
  // least squared error.
  SeasonChoice season_kind = SeasonChoice::automatic;

  void validate(const SeriesOptions& series) const;
  void complete(SeriesOptions&) const {}
  std::string summary() const;
  std::string why_useless(std::string_view option, const SeriesOptions& series) const;
  static std::unique_ptr<Model> make(const ForecasterConfig<HoltWintersOptions>& config);
  static const ModelType& type();

  template <class Visitor>
  void visit(Visitor&& v) {
    v("trend", trend, "Trend: none, a straight one, or one that is damped");
    v("season_kind", season_kind, "Whether the season is added or multiplied");
  }
};

struct HoltWintersParameters {
  double alpha = 0.5, beta = 0, gamma = 0, phi = 1;  // without a trend: β = 0 and φ = 0
  SeasonKind season = SeasonKind::none;
};

// The state after a column's values, and the squared error of the one-step forecasts on the way.
struct HoltWintersState {
  double level = 0, trend = 0;
  std::vector<double> season;  // m indices; the first is that of the next value
  double squared_error = 0;
};
HoltWintersState holt_winters_smooth(std::span<const double> x, int64_t m,
                                     const HoltWintersParameters& parameters);
std::vector<double> holt_winters_forecast(const HoltWintersState& state, int64_t horizon,
                                          const HoltWintersParameters& parameters);
HoltWintersParameters fit_holt_winters(std::span<const double> x, int64_t m, SmoothingTrend trend,
                                       SeasonChoice choice);

}  // namespace hodhod
