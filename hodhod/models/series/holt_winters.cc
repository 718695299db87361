// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/series/holt_winters.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "hodhod/base/error.h"
#include "hodhod/base/names.h"
#include "hodhod/models/series/column_models.h"

namespace hodhod {
namespace {

double mean_between(std::span<const double> x, int64_t begin, int64_t end) {
  return std::accumulate(x.begin() + begin, x.begin() + end, 0.0) / static_cast<double>(end - begin);
}

// Level and trend just before x[0] and the indices of the season, from the first two cycles: the trend leads
// from the mean of one to that of the other.
HoltWintersState first_state(std::span<const double> x, int64_t m, const HoltWintersParameters& parameters) {
  HoltWintersState state;
  const double first = mean_between(x, 0, m), second = mean_between(x, m, 2 * m);
  const auto cycle = static_cast<double>(m);
  state.trend = parameters.phi > 0 ? (second - first) / cycle : 0;
  state.level = parameters.phi > 0 ? first - state.trend * (cycle + 1) / 2 : (first + second) / 2;
  state.season.assign(static_cast<size_t>(m), 0);
  const bool multiplies = parameters.season == SeasonKind::multiplicative;
  // A line that falls to zero within the two cycles divides nothing: the level alone does.
  if (multiplies && (state.level + state.trend <= 0 || state.level + state.trend * 2 * cycle <= 0)) {
    state.level = (first + second) / 2;
    state.trend = 0;
  }
  if (parameters.season == SeasonKind::none) return state;
  const auto line = [&](int64_t t) { return state.level + state.trend * static_cast<double>(t + 1); };
  const auto share = [&](int64_t t) {
    const double value = x[static_cast<size_t>(t)];
    return multiplies ? value / line(t) : value - line(t);
  };
  for (int64_t t = 0; t < m; ++t) state.season[static_cast<size_t>(t)] = (share(t) + share(t + m)) / 2;
  const double mean = mean_between(state.season, 0, m);
  for (double& index : state.season) index = multiplies ? index / mean : index - mean;
  return state;
}

HoltWintersParameters parameters_at(std::span<const double> point, SmoothingTrend trend, SeasonKind season) {
  HoltWintersParameters parameters{
      .alpha = point[0], .phi = trend == SmoothingTrend::none ? 0.0 : 1.0, .season = season};
  size_t next = 1;
  if (trend != SmoothingTrend::none) parameters.beta = point[next++];
  if (season != SeasonKind::none) parameters.gamma = point[next++];
  // Between 0.8 and 0.98: a stronger damping leaves no trend, a weaker one does not damp.
  if (trend == SmoothingTrend::damped) parameters.phi = 0.8 + 0.18 * point[next];
  return parameters;
}

class HoltWinters final : public ForecasterModel<HoltWintersOptions> {
 public:
  explicit HoltWinters(const ForecasterConfig<HoltWintersOptions>& config)
      : ForecasterModel(config, QuantileSource::residuals) {
    for (Tensor* one : {&alpha_, &beta_, &gamma_, &phi_, &season_})
      *one = Tensor::empty({config.series.column_count()});
  }

  void for_each_parameter(const ParameterFunction& f) override { hodhod::for_each_parameter(*this, f); }
  int64_t least_history() const override {
    return std::min(series().context, least_smoothing_history(series()));
  }

  std::unique_ptr<ForecasterFit> fit(const Tensor& rows) override {
    check_smoothing_rows(rows, series(), "holt-winters");
    return std::make_unique<ColumnFit>(rows, [this](int64_t column, std::span<const double> x) {
      const HoltWintersParameters found =
          fit_holt_winters(x, series().cycle(), options().trend, options().season_kind);
      const auto set = [&](const Tensor& of, double value) {
        of.data<float>()[column] = static_cast<float>(value);
      };
      set(alpha_, found.alpha);
      set(beta_, found.beta);
      set(gamma_, found.gamma);
      set(phi_, found.phi);
      set(season_, static_cast<double>(found.season));
    });
  }

  Forecast forecast(const SeriesWindows& windows, Context&) const override {
    check_history(windows.history);
    const Tensor values =
        forecast_columns(windows.history, series().horizon, [&](int64_t column, std::span<const double> x) {
          HoltWintersParameters parameters = stored(column);
          parameters.season = season_kind_within(x, series().cycle(), parameters.season);
          return holt_winters_forecast(holt_winters_smooth(x, series().cycle(), parameters), series().horizon,
                                       parameters);
        });
    return with_residual_quantiles(*this, values);
  }

  template <class V>
  void visit(V& v) {
    visit_shared(v);
    v("alpha", alpha_);
    v("beta", beta_);
    v("gamma", gamma_);
    v("phi", phi_);
    v("season_kind", season_);
  }

 private:
  HoltWintersParameters stored(int64_t column) const {
    const auto of = [&](const Tensor& all) { return static_cast<double>(all.data<float>()[column]); };
    return {of(alpha_), of(beta_), of(gamma_), of(phi_), stored_season(season_, column)};
  }

  Tensor alpha_, beta_, gamma_, phi_;  // [C]
  Tensor season_;                      // [C]: the number of the SeasonKind
};

}  // namespace

HoltWintersState holt_winters_smooth(std::span<const double> x, int64_t m,
                                     const HoltWintersParameters& parameters) {
  // Without a season there may be fewer values than two cycles.
  const int64_t cycle = parameters.season == SeasonKind::none ? std::min(m, std::ssize(x) / 2) : m;
  HoltWintersState state = first_state(x, cycle, parameters);
  const bool multiplies = parameters.season == SeasonKind::multiplicative;
  // Under a multiplicative season the level stays above zero, so that it can divide.
  const double floor =
      multiplies ? 1e-6 * mean_between(x, 0, std::ssize(x)) : -std::numeric_limits<double>::infinity();
  for (size_t t = 0; t < x.size(); ++t) {
    double& season = state.season[t % state.season.size()];
    const double expected = std::max(state.level + parameters.phi * state.trend, floor);
    const double error = x[t] - (multiplies ? expected * season : expected + season);
    state.squared_error += error * error;
    const double seen = multiplies ? x[t] / season : x[t] - season;
    const double level = std::max(parameters.alpha * seen + (1 - parameters.alpha) * expected, floor);
    state.trend =
        parameters.beta * (level - state.level) + (1 - parameters.beta) * parameters.phi * state.trend;
    state.level = level;
    if (parameters.season == SeasonKind::none) continue;
    const double share = multiplies ? x[t] / expected : x[t] - expected;
    season = parameters.gamma * share + (1 - parameters.gamma) * season;
  }
  std::rotate(state.season.begin(), state.season.begin() + std::ssize(x) % cycle, state.season.end());
  return state;
}

std::vector<double> holt_winters_forecast(const HoltWintersState& state, int64_t horizon,
                                          const HoltWintersParameters& parameters) {
  std::vector<double> forecast;
  double damping = 1, steps = 0;
  for (int64_t h = 0; h < horizon; ++h) {
    damping *= parameters.phi;
    steps += damping;
    const double line = state.level + steps * state.trend;
    const double season = state.season[static_cast<size_t>(h) % state.season.size()];
    forecast.push_back(parameters.season == SeasonKind::multiplicative ? line * season : line + season);
  }
  return forecast;
}

HoltWintersParameters fit_holt_winters(std::span<const double> x, int64_t m, SmoothingTrend trend,
                                       SeasonChoice choice) {
  std::vector<SeasonKind> kinds = {season_kind_of(x, m, choice)};
  if (choice == SeasonChoice::automatic && m > 1) {
    kinds = {SeasonKind::none, SeasonKind::additive, SeasonKind::multiplicative};
    kinds.resize(season_kind_within(x, m, SeasonKind::multiplicative) == SeasonKind::multiplicative ? 3 : 2);
  }
  HoltWintersParameters best;
  double least = std::numeric_limits<double>::infinity();
  for (const SeasonKind kind : kinds) {
    const int64_t dimensions = 1 + (trend != SmoothingTrend::none ? 1 : 0) +
                               (kind != SeasonKind::none ? 1 : 0) + (trend == SmoothingTrend::damped ? 1 : 0);
    const auto error = [&](std::span<const double> point) {
      return holt_winters_smooth(x, m, parameters_at(point, trend, kind)).squared_error;
    };
    const HoltWintersParameters found = parameters_at(search_least(error, dimensions), trend, kind);
    const double squared_error = holt_winters_smooth(x, m, found).squared_error;
    if (squared_error >= least) continue;
    least = squared_error;
    best = found;
  }
  return best;
}

void HoltWintersOptions::validate(const SeriesOptions& series) const {
  check(series.context >= 3, "holt-winters: context {}; level and trend need 3 rows or more", series.context);
}

std::string HoltWintersOptions::summary() const { return std::string(name_of(trend)) + " trend"; }

std::string HoltWintersOptions::why_useless(std::string_view option, const SeriesOptions&) const {
  return option == "covariates" ? "exponential smoothing reads no calendar" : "";
}

std::unique_ptr<Model> HoltWintersOptions::make(const ForecasterConfig<HoltWintersOptions>& config) {
  return std::make_unique<HoltWinters>(config);
}

const ModelType& HoltWintersOptions::type() {
  static const ForecasterType<HoltWintersOptions> kType(
      "holt-winters", "HoltWintersForecaster", FittedBy::fitting,
      {{"holt-winters", [](SeriesOptions&, HoltWintersOptions&) {}}});
  return kType;
}

}  // namespace hodhod
