// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/series/theta.h"

#include <fmt/format.h>

#include <algorithm>

#include "hodhod/base/error.h"
#include "hodhod/base/names.h"
#include "hodhod/models/series/column_models.h"

namespace hodhod {
namespace {

// x without its season.
std::vector<double> without_season(std::span<const double> x, std::span<const double> indices,
                                   SeasonKind kind) {
  std::vector<double> rest(x.begin(), x.end());
  for (size_t t = 0; t < rest.size(); ++t) {
    const double index = indices[t % indices.size()];
    rest[t] = kind == SeasonKind::multiplicative ? rest[t] / index : rest[t] - index;
  }
  return rest;
}

// θ x − (θ − 1)(a + b t)
std::vector<double> theta_line(std::span<const double> x, const TrendLine& trend, double theta) {
  std::vector<double> line(x.size());
  for (size_t t = 0; t < x.size(); ++t)
    line[t] = theta * x[t] - (theta - 1) * trend.at(static_cast<double>(t));
  return line;
}

class Theta final : public ForecasterModel<ThetaOptions> {
 public:
  explicit Theta(const ForecasterConfig<ThetaOptions>& config)
      : ForecasterModel(config, QuantileSource::residuals),
        alpha_(Tensor::empty({config.series.column_count()})),
        season_(Tensor::empty({config.series.column_count()})) {}

  void for_each_parameter(const ParameterFunction& f) override { hodhod::for_each_parameter(*this, f); }
  int64_t least_history() const override {
    return std::min(series().context, least_smoothing_history(series()));
  }

  std::unique_ptr<ForecasterFit> fit(const Tensor& rows) override {
    check_smoothing_rows(rows, series(), "theta");
    return std::make_unique<ColumnFit>(rows, [this](int64_t column, std::span<const double> x) {
      const SeasonKind kind = season_kind_of(x, series().cycle(), options().season_kind);
      alpha_.data<float>()[column] =
          static_cast<float>(fit_theta(x, series().cycle(), options().theta, kind));
      season_.data<float>()[column] = static_cast<float>(kind);
    });
  }

  Forecast forecast(const SeriesWindows& windows, Context&) const override {
    check_history(windows.history);
    const Tensor values =
        forecast_columns(windows.history, series().horizon, [&](int64_t column, std::span<const double> x) {
          const ThetaParameters parameters{.theta = options().theta,
                                           .alpha = alpha_.data<float>()[column],
                                           .season = stored_season(season_, column)};
          return theta_forecast(x, series().cycle(), series().horizon, parameters);
        });
    return with_residual_quantiles(*this, values);
  }

  template <class V>
  void visit(V& v) {
    visit_shared(v);
    v("alpha", alpha_);
    v("season_kind", season_);
  }

 private:
  Tensor alpha_;   // [C]
  Tensor season_;  // [C]: the number of the SeasonKind
};

}  // namespace

std::vector<double> theta_forecast(std::span<const double> x, int64_t m, int64_t horizon,
                                   const ThetaParameters& parameters) {
  const SeasonKind kind = season_kind_within(x, m, parameters.season);
  const std::vector<double> indices = seasonal_indices(x, m, kind);
  const std::vector<double> rest = without_season(x, indices, kind);
  const TrendLine trend = trend_of(rest);
  const double level = smooth_level(theta_line(rest, trend, parameters.theta), parameters.alpha).level;
  const double weight = 1 / parameters.theta;
  std::vector<double> forecast;
  for (int64_t h = 0; h < horizon; ++h) {
    const int64_t t = std::ssize(x) + h;
    const double value = weight * level + (1 - weight) * trend.at(static_cast<double>(t));
    const double index = indices[static_cast<size_t>(t % m)];
    forecast.push_back(kind == SeasonKind::multiplicative ? value * index : value + index);
  }
  return forecast;
}

double fit_theta(std::span<const double> x, int64_t m, double theta, SeasonKind season) {
  const SeasonKind kind = season_kind_within(x, m, season);
  const std::vector<double> rest = without_season(x, seasonal_indices(x, m, kind), kind);
  const std::vector<double> line = theta_line(rest, trend_of(rest), theta);
  return search_least(
      [&](std::span<const double> alpha) { return smooth_level(line, alpha[0]).squared_error; }, 1)[0];
}

void ThetaOptions::validate(const SeriesOptions&) const {}

std::string ThetaOptions::summary() const { return fmt::format("θ {}", theta); }

std::string ThetaOptions::why_useless(std::string_view option, const SeriesOptions&) const {
  return option == "covariates" ? "the Theta method reads no calendar" : "";
}

std::unique_ptr<Model> ThetaOptions::make(const ForecasterConfig<ThetaOptions>& config) {
  return std::make_unique<Theta>(config);
}

const ModelType& ThetaOptions::type() {
  static const ForecasterType<ThetaOptions> kType("theta", "ThetaForecaster", FittedBy::fitting,
                                                  {{"theta", [](SeriesOptions&, ThetaOptions&) {}}});
  return kType;
}

}  // namespace hodhod
