// SPDX-License-Identifier: Apache-2.0
// The arithmetic of forecasters against hand calculation and against plain implementations in double
// precision.
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "hodhod/base/rng.h"
#include "hodhod/base/testing.h"
#include "hodhod/models/forecaster.h"
#include "hodhod/models/model.h"
#include "hodhod/models/series/holt_winters.h"
#include "hodhod/models/series/linear_forecaster.h"
#include "hodhod/models/series/naive.h"
#include "hodhod/models/series/smoothing.h"
#include "hodhod/models/series/theta.h"
#include "hodhod/nn/module.h"
#include "hodhod/nn/test_context.h"
#include "hodhod/ops/shape.h"

namespace hodhod {
namespace {

using Values = std::vector<double>;

// Twelve values: three cycles of four.
const Values kTwelve = {12, 8, 5, 11, 16, 12, 10, 15, 19, 17, 13, 21};

void expect_close(const Values& found, const Values& expected, double tolerance) {
  ASSERT_EQ(found.size(), expected.size());
  for (size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], expected[i], tolerance) << "at " << i;
}

// ---- seasons ----

TEST(Smoothing, SeasonsOfALineAreExact) {
  const Values season = {3, -1, -4, 2}, factors = {1.3, 0.9, 0.7, 1.1};
  Values added, multiplied;
  for (int t = 0; t < 12; ++t) {
    added.push_back(10 + 2 * t + season[static_cast<size_t>(t % 4)]);
    multiplied.push_back(10 * factors[static_cast<size_t>(t % 4)]);
  }
  expect_close(seasonal_indices(added, 4, SeasonKind::additive), season, 1e-12);
  expect_close(seasonal_indices(multiplied, 4, SeasonKind::multiplicative), factors, 1e-12);
  Values longer;
  for (int i = 0; i < 4; ++i) longer.insert(longer.end(), multiplied.begin(), multiplied.end());
  EXPECT_TRUE(has_season(longer, 4));
  EXPECT_FALSE(has_season(longer, 3));
  EXPECT_FALSE(has_season(Values(12, 5.0), 4));
}

TEST(Smoothing, SeasonByHand) {
  // Centred averages at t = 2 … 9: (x[t-2]/2 + x[t-1] + x[t] + x[t+1] + x[t+2]/2) / 4.
  const Values trend = {9.5, 10.5, 11.625, 12.75, 13.625, 14.625, 15.625, 16.75};
  Values expected = {(16 - 11.625 + 19 - 15.625) / 2, (12 - 12.75 + 17 - 16.75) / 2,
                     (5 - 9.5 + 10 - 13.625) / 2, (11 - 10.5 + 15 - 14.625) / 2};
  const double mean = (expected[0] + expected[1] + expected[2] + expected[3]) / 4;
  for (double& index : expected) index -= mean;
  expect_close(seasonal_indices(kTwelve, 4, SeasonKind::additive), expected, 1e-12);
}

// ---- simple smoothing and Theta ----

// Smoothing from a given first level.
std::pair<double, double> smoothed_from(double level, const Values& x, double alpha) {
  double squares = 0;
  for (const double value : x) {
    squares += (value - level) * (value - level);
    level = alpha * value + (1 - alpha) * level;
  }
  return {level, squares};
}

TEST(Smoothing, TheFirstLevelIsTheBest) {
  for (const double alpha : {0.1, 0.5, 0.9}) {
    const SmoothedLevel found = smooth_level(kTwelve, alpha);
    // The squared error is a parabola in the first level; its lowest point follows from three of its points.
    const double at0 = smoothed_from(0, kTwelve, alpha).second, at1 = smoothed_from(1, kTwelve, alpha).second,
                 at2 = smoothed_from(2, kTwelve, alpha).second;
    const double best = (3 * at0 - 4 * at1 + at2) / (2 * (at0 - 2 * at1 + at2));
    const auto [level, squares] = smoothed_from(best, kTwelve, alpha);
    EXPECT_NEAR(found.level, level, 1e-9);
    EXPECT_NEAR(found.squared_error, squares, 1e-9);
  }
}

TEST(Theta, OnTwelvePoints) {
  // The line by least squares: Σ (t − 5.5)(x − 13.25) / 143.
  double slope = 0;
  for (int t = 0; t < 12; ++t) slope += (t - 5.5) * (kTwelve[static_cast<size_t>(t)] - 13.25) / 143;
  const double intercept = 13.25 - 5.5 * slope;
  for (const double theta : {1.0, 2.0, 3.0}) {
    Values line;
    for (int t = 0; t < 12; ++t)
      line.push_back(theta * kTwelve[static_cast<size_t>(t)] - (theta - 1) * (intercept + slope * t));
    const double level = smooth_level(line, 0.4).level;
    Values expected;
    for (int h = 1; h <= 3; ++h)
      expected.push_back(level / theta + (1 - 1 / theta) * (intercept + slope * (12 - 1 + h)));
    expect_close(theta_forecast(kTwelve, 1, 3, {.theta = theta, .alpha = 0.4}), expected, 1e-12);
  }
}

TEST(Theta, ALineWithASeasonGoesOn) {
  Values x;
  const Values season = {3, -1, -4, 2};
  for (int t = 0; t < 15; ++t) x.push_back(10 + season[static_cast<size_t>(t % 4)]);
  const Values found =
      theta_forecast(Values(x.begin(), x.begin() + 12), 4, 3, {.alpha = 0.3, .season = SeasonKind::additive});
  expect_close(found, Values(x.begin() + 12, x.end()), 1e-9);
}

// ---- Holt–Winters ----

// The recurrences as in Hyndman & Athanasopoulos, "Forecasting: Principles and Practice", §8.3, with all
// states kept.
Values plain_holt_winters(const Values& x, size_t m, double alpha, double beta, double gamma, bool multiplies,
                          size_t horizon) {
  double first = 0, second = 0;
  for (size_t t = 0; t < m; ++t)
    first += x[t] / static_cast<double>(m), second += x[m + t] / static_cast<double>(m);
  const double slope = (second - first) / static_cast<double>(m);
  const double before = first - slope * (static_cast<double>(m) + 1) / 2;
  std::map<int64_t, double> s;
  double sum = 0;
  const auto period = static_cast<int64_t>(m);
  for (int64_t i = 0; i < period; ++i) {
    const auto rest = [&](int64_t t) {
      const double line = before + slope * static_cast<double>(t + 1), value = x[static_cast<size_t>(t)];
      return multiplies ? value / line : value - line;
    };
    s[i - period] = (rest(i) + rest(i + period)) / 2;
    sum += s[i - period];
  }
  for (int64_t i = -period; i < 0; ++i)
    s[i] = multiplies ? s[i] * static_cast<double>(m) / sum : s[i] - sum / static_cast<double>(m);
  double l = before, b = slope;
  const auto n = static_cast<int64_t>(x.size());
  for (int64_t t = 0; t < n; ++t) {
    const double y = x[static_cast<size_t>(t)], old = l;
    l = alpha * (multiplies ? y / s[t - period] : y - s[t - period]) + (1 - alpha) * (old + b);
    s[t] = gamma * (multiplies ? y / (old + b) : y - old - b) + (1 - gamma) * s[t - period];
    b = beta * (l - old) + (1 - beta) * b;
  }
  Values forecast;
  for (size_t h = 1; h <= horizon; ++h) {
    const double line = l + static_cast<double>(h) * b;
    const double season = s[n - period + static_cast<int64_t>((h - 1) % m)];
    forecast.push_back(multiplies ? line * season : line + season);
  }
  return forecast;
}

TEST(HoltWinters, OnTwelvePoints) {
  for (const SeasonKind kind : {SeasonKind::additive, SeasonKind::multiplicative}) {
    const HoltWintersParameters parameters{
        .alpha = 0.5, .beta = 0.25, .gamma = 0.75, .phi = 1, .season = kind};
    const Values found = holt_winters_forecast(holt_winters_smooth(kTwelve, 4, parameters), 6, parameters);
    expect_close(
        found, plain_holt_winters(kTwelve, 4, 0.5, 0.25, 0.75, kind == SeasonKind::multiplicative, 6), 1e-10);
  }
}

TEST(HoltWinters, FirstValuesByHand) {
  // Simple smoothing of 4, 6, 8 from their mean (4 + 6) / 2 with α = 1/2: errors −1, 1.5, 2.75; level 6.625.
  const HoltWintersParameters parameters{.alpha = 0.5, .phi = 0};
  const HoltWintersState state = holt_winters_smooth(Values{4, 6, 8}, 1, parameters);
  EXPECT_DOUBLE_EQ(state.level, 6.625);
  EXPECT_DOUBLE_EQ(state.squared_error, 1 + 2.25 + 7.5625);
  expect_close(holt_winters_forecast(state, 2, parameters), {6.625, 6.625}, 1e-12);
  // A damped trend: after 0, 1 the line is at 1 with slope 1; with φ = 1/2 it goes on by 1/2, 1/4, 1/8.
  const HoltWintersParameters damped{.alpha = 1, .beta = 1, .phi = 0.5};
  const HoltWintersState end = holt_winters_smooth(Values{0, 1}, 1, damped);
  expect_close(holt_winters_forecast(end, 3, damped), {1.5, 1.75, 1.875}, 1e-12);
}

TEST(HoltWinters, AShortWindowHasNoSeason) {
  const HoltWintersParameters parameters{.alpha = 0.5, .beta = 0.5, .phi = 1};
  const HoltWintersState state = holt_winters_smooth(Values{2, 4, 6, 8, 10}, 24, parameters);
  expect_close(holt_winters_forecast(state, 3, parameters), {12, 14, 16}, 1e-9);
}

TEST(HoltWinters, FindsWhatFits) {
  Values x;
  const Values factors = {1.3, 0.9, 0.7, 1.1};
  for (int t = 0; t < 24; ++t) x.push_back((10 + t) * factors[static_cast<size_t>(t % 4)]);
  const HoltWintersParameters found =
      fit_holt_winters(x, 4, SmoothingTrend::additive, SeasonChoice::automatic);
  EXPECT_EQ(found.season, SeasonKind::multiplicative);
  const Values next = holt_winters_forecast(holt_winters_smooth(x, 4, found), 2, found);
  EXPECT_NEAR(next[0], 34 * 1.3, 0.5);
  EXPECT_NEAR(next[1], 35 * 0.9, 0.5);
}

// ---- models ----

Tensor wavy_rows(int64_t rows, int64_t columns) {
  Rng rng(5, 1);
  Values values;
  for (int64_t t = 0; t < rows; ++t) {
    for (int64_t c = 0; c < columns; ++c)
      values.push_back(100 * static_cast<double>(c + 1) + 3 * std::sin(0.7 * static_cast<double>(t + c)) +
                       rng.uniform());
  }
  return Tensor::from(values, {rows, columns});
}

template <class Options>
std::unique_ptr<Model> model_of(const Options& body, int64_t context, int64_t horizon, int64_t season,
                                const Tensor& rows) {
  ForecasterConfig<Options> config;
  config.body = body;
  config.series.context = context;
  config.series.horizon = horizon;
  config.series.season = season;
  config.series.columns.assign(static_cast<size_t>(rows.dim(1)), "x");
  auto model = make_model(config, Rng(1));
  model->forecaster()->scaler().measure(rows, season);
  const auto fit = model->forecaster()->fit(rows);
  for (int64_t unit = 0; unit < fit->units(); ++unit) fit->run(unit);
  return model;
}

TEST(NaiveForecaster, ByHand) {
  const Tensor rows = Tensor::from(Values{1, 10, 2, 20, 4, 50, 7, 30}, {4, 2});
  const auto forecast = [&](NaiveMethod method, int64_t context, int64_t season) {
    const auto model = model_of(NaiveOptions{method}, context, 3, season, rows);
    return model->forecaster()
        ->forecast({unsqueeze(slice(rows, 0, 4 - context, 4), 0)}, plain())
        .values.values();
  };
  expect_close(forecast(NaiveMethod::last, 1, 1), {7, 30, 7, 30, 7, 30}, 0);
  expect_close(forecast(NaiveMethod::seasonal, 2, 2), {4, 50, 7, 30, 4, 50}, 0);
  expect_close(forecast(NaiveMethod::mean, 4, 1), {3.5, 27.5, 3.5, 27.5, 3.5, 27.5}, 1e-12);
  expect_close(forecast(NaiveMethod::drift, 4, 1), {9, 110.0 / 3, 11, 130.0 / 3, 13, 50}, 1e-12);
}

TEST(SeriesScaler, IsThatOfThePopulation) {
  const SeriesScaler scaler(2);
  scaler.measure(Tensor::from(Values{1, 5, 3, 5, 5, 5, 7, 5}, {4, 2}), 2);
  expect_close(scaler.mean.values(), {4, 5}, 0);
  expect_close(scaler.scale.values(), {std::sqrt(5.0), 1}, 1e-7);
  expect_close(scaler.season_error.values(), {4, 0}, 0);
  expect_error(
      [&] {
        scaler.measure(Tensor::from(Values{1, 5, 1e300, 5}, {2, 2}), 1);
      },
      "column 1 are too large");
  const Tensor x = Tensor::from(Values{9, 6}, {1, 2});
  expect_close(scaler.restored(scaler.standardised(x)).values(), {9, 6}, 1e-6);
}

// The same from all windows, written out, and Gaussian elimination.
std::vector<Values> plain_coefficients(const std::vector<Values>& columns, size_t context, size_t horizon,
                                       bool subtract_last, bool bias, double ridge) {
  std::vector<Values> x, y;
  for (const Values& s : columns) {
    for (size_t t = 0; t + context + horizon <= s.size(); ++t) {
      const double last = subtract_last ? s[t + context - 1] : 0;
      Values in, out;
      for (size_t i = 0; i < context; ++i) in.push_back(s[t + i] - last);
      if (bias) in.push_back(1);
      for (size_t h = 0; h < horizon; ++h) out.push_back(s[t + context + h] - last);
      x.push_back(in);
      y.push_back(out);
    }
  }
  const size_t n = context + (bias ? 1 : 0);
  std::vector<Values> a(n, Values(n + horizon));
  for (size_t w = 0; w < x.size(); ++w) {
    for (size_t i = 0; i < n; ++i) {
      for (size_t j = 0; j < n; ++j) a[i][j] += x[w][i] * x[w][j];
      for (size_t h = 0; h < horizon; ++h) a[i][n + h] += x[w][i] * y[w][h];
    }
  }
  for (size_t i = 0; i < n; ++i) a[i][i] += ridge * static_cast<double>(x.size());
  for (size_t i = 0; i < n; ++i) {
    for (size_t k = 0; k < n; ++k) {
      const double factor = k == i ? 0 : a[k][i] / a[i][i];
      for (size_t j = 0; j < n + horizon; ++j) a[k][j] -= factor * a[i][j];
    }
  }
  std::vector<Values> solution(horizon, Values(n));
  for (size_t h = 0; h < horizon; ++h) {
    for (size_t i = 0; i < n; ++i) solution[h][i] = a[i][n + h] / a[i][i];
  }
  return solution;
}

TEST(LinearForecaster, SolvesTheNormalEquations) {
  const int64_t context = 7, horizon = 5;
  const Tensor rows = wavy_rows(60, 3);
  for (const auto& [subtract_last, bias] :
       {std::pair{false, true}, {false, false}, {true, true}, {true, false}}) {
    const LinearForecasterOptions options{.subtract_last = subtract_last, .bias = bias};
    const auto model = model_of(options, context, horizon, 1, rows);
    const Tensor z = model->forecaster()->scaler().standardised(rows);
    std::vector<Values> columns;
    for (int64_t c = 0; c < 3; ++c) columns.push_back(select(z, 1, c).values());
    const auto expected = plain_coefficients(columns, 7, 5, subtract_last, bias, 1e-3);
    for (const auto& [name, parameter] : parameters_of(*model)) {
      for (int64_t h = 0; h < horizon; ++h) {
        const Values& row = expected[static_cast<size_t>(h)];
        if (name == "linear.weight")
          expect_close(select(parameter, 0, h).values(), Values(row.begin(), row.begin() + context), 1e-6);
        if (name == "linear.bias") {
          EXPECT_NEAR(parameter.values()[static_cast<size_t>(h)], row.back(), 1e-6);
        }
      }
    }
  }
}

TEST(LinearForecaster, WithoutRidgeAConstantSeriesIsRefused) {
  expect_error(
      [] {
        model_of(LinearForecasterOptions{.ridge = 0}, 4, 2, 1, Tensor::zeros({20, 1}, DType::f64));
      },
      "give a greater `ridge`");
}

}  // namespace
}  // namespace hodhod
