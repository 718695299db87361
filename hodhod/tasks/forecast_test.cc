// SPDX-License-Identifier: Apache-2.0
// What holds for every kind of forecaster: it sees nothing of the future, its bits depend neither on threads
// nor on where a run was stopped nor on the other windows, and its directory gives it back.
#include "hodhod/tasks/forecast.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "hodhod/base/file.h"
#include "hodhod/base/rng.h"
#include "hodhod/base/test_directories.h"
#include "hodhod/base/testing.h"
#include "hodhod/base/threads.h"
#include "hodhod/models/description.h"
#include "hodhod/models/series/forecaster_model.h"
#include "hodhod/nn/test_context.h"
#include "hodhod/ops/shape.h"

namespace hodhod {
namespace {

// Hours with a daily wave, a trend and noise in two columns.
Series wavy_series(int64_t rows) {
  Rng rng(3, 9);
  Series series{.time_name = "date", .columns = {"a", "b"}, .step = {.seconds = 3600}, .start = 0};
  for (int64_t t = 0; t < rows; ++t) {
    const double wave = std::sin(static_cast<double>(t) * 2 * M_PI / 24);
    series.values.push_back(50 + 10 * wave + 0.02 * static_cast<double>(t) + rng.uniform());
    series.values.push_back(1000 - 100 * wave + 20 * rng.uniform());
  }
  return series;
}

struct Kind {
  std::string preset;
  std::vector<std::string> options = {};
};
void PrintTo(const Kind& kind, std::ostream* out) { *out << kind.preset; }

std::vector<Kind> all_kinds() {
  const std::vector<std::string> small = {"width=12", "covariates=hour,weekday"};
  return {{"naive"},
          {"seasonal-naive", {"quantiles=0.1,0.9"}},
          {"drift"},
          {"mean"},
          {"theta", {"quantiles=0.25,0.75"}},
          {"holt-winters"},
          {"holt-winters", {"trend=damped", "season_kind=additive"}},
          {"theta", {"context=10"}},
          {"holt-winters", {"context=20", "quantiles=0.5"}},
          {"linear-forecaster", {"quantiles=0.1,0.5,0.9"}},
          {"nlinear-forecaster"},
          {"gru-forecaster", {"width=12", "covariates=hour,weekday", "quantiles=0.2,0.8"}},
          {"lstm-forecaster", {"width=12", "patch=4", "dropout=0.1", "layers=2"}},
          {"rnn-forecaster", {"width=12", "mode=step-by-step", "covariates=hour"}},
          {"gru-forecaster", {"width=12", "mode=step-by-step", "patch=6", "norm=instance"}},
          {"transformer-forecaster", {"width=8", "heads=2", "layers=1", "feed_forward=16", "quantiles=0.5"}}};
}

constexpr double kSplit[] = {200, 60, 60};
const int64_t kRows = 340;

SeriesForecaster make_kind(const Kind& kind, const Series& series) {
  const auto config = model_preset(kind.preset);
  const bool fixed = kind.preset == "naive" || kind.preset == "seasonal-naive";
  if (!fixed) config->change("context=48");
  config->change("horizon=12");
  for (const std::string& option : kind.options) config->change(option);
  return SeriesForecaster::make(*config, series, {std::begin(kSplit), std::end(kSplit)}, 5);
}

TrainerOptions short_training(int64_t steps) {
  TrainerOptions options{.steps = steps, .validate_every = 2, .log_every = 0, .seed = 5};
  options.schedule = {.kind = ScheduleKind::constant, .rate = 3e-3};
  return options;
}

// Fits the kind on the series in a directory, up to `steps` steps if by gradients.
void fit_in(const std::string& directory, const Kind& kind, const Series& series, int64_t steps = 4) {
  SeriesForecaster model = make_kind(kind, series);
  if (model.by_gradients()) {
    ForecastTrainee trainee(model, series, {.batch = 8}, 5);
    train(trainee, short_training(steps), directory);
    return;
  }
  ForecastFitting fitting(model, series);
  RunDirectory run(directory, RunRecord{});
  fit_model({.fitting = fitting,
             .validate = [&] { return validation_scores(model, series); },
             .save = [&](const std::string& out) { model.save(out); }},
            {}, run);
}

std::string bytes_of(const std::string& directory) {
  return read_file(join_path(directory, "config.json")) +
         read_file(join_path(directory, "model.safetensors"));
}

class EveryForecaster : public testing::TestWithParam<Kind> {
 protected:
  const Series series_ = wavy_series(kRows);
  const TemporaryDirectory directory_;
};

TEST_P(EveryForecaster, SeesNothingOfTheTestPart) {
  fit_in(directory_.path(), GetParam(), series_);
  Series other = series_;
  for (size_t i = 260 * 2; i < other.values.size(); ++i) other.values[i] = 1e6 - 3 * other.values[i];
  const TemporaryDirectory elsewhere;
  fit_in(elsewhere.path(), GetParam(), other);
  EXPECT_EQ(bytes_of(directory_.path()), bytes_of(elsewhere.path()));
}

TEST_P(EveryForecaster, ADirectoryGivesBackAModelOfTheHistoryAlone) {
  fit_in(directory_.path(), GetParam(), series_);
  const SeriesForecaster model = SeriesForecaster::load(directory_.path());
  EXPECT_TRUE(model.warnings.empty());
  // What is saved again has the same bytes.
  const TemporaryDirectory again;
  model.save(again.path());
  EXPECT_EQ(bytes_of(directory_.path()), bytes_of(again.path()));
  EXPECT_GT(describe(model.model->config(), {.batch = 2}).parameters, 0);
  // Rows before the history have no influence.
  Series past = series_;
  past.values.resize(300 * 2);
  Series changed = past;
  const int64_t before = 300 - model.options().context;
  for (int64_t i = 0; i < 2 * before; ++i) changed.values[static_cast<size_t>(i)] += 77;
  const NextRows next = forecast_next(model, past);
  EXPECT_EQ(next.forecast.values.values(), forecast_next(model, changed).forecast.values.values());
  EXPECT_EQ(next.forecast.values.shape(), (Shape{1, 12, 2}));
  EXPECT_EQ(next.forecast.quantiles.defined(), !model.options().quantiles.empty());
  if (next.forecast.quantiles.defined()) {
    const std::vector<double> bounds = next.forecast.quantiles.values();
    const size_t count = model.options().quantiles.size();
    for (size_t i = 0; i < bounds.size(); i += count)
      EXPECT_TRUE(std::is_sorted(&bounds[i], &bounds[i] + count));
  }
  EXPECT_EQ(next.times.front(), "1970-01-13 12:00:00");
  EXPECT_EQ(next.times.back(), "1970-01-13 23:00:00");
  // Nor have other windows.
  const std::vector<int64_t> origins = {60, 131, 250, 328};
  const Forecast together = model.role().forecast(windows_at(model, series_, origins), plain());
  for (size_t i = 0; i < origins.size(); ++i) {
    const auto b = static_cast<int64_t>(i);
    const Forecast alone =
        model.role().forecast(windows_at(model, series_, std::span(origins).subspan(i, 1)), plain());
    EXPECT_EQ(slice(together.values, 0, b, b + 1).values(), alone.values.values());
    if (alone.quantiles.defined()) {
      EXPECT_EQ(slice(together.quantiles, 0, b, b + 1).values(), alone.quantiles.values());
    }
  }
  const ForecastScores scores = evaluate(model, series_, model.parts_in(series_).test, 5);
  EXPECT_EQ(scores.windows, (60 - 12) / 5 + 1);
  EXPECT_TRUE(std::isfinite(scores.all.mse));
}

TEST_P(EveryForecaster, HasTheSameBitsWithAnyNumberOfThreads) {
  const int before = thread_count();
  std::string expected;
  for (const int threads : {1, 2, 3, 8}) {
    set_thread_count(threads);
    const TemporaryDirectory directory;
    fit_in(directory.path(), GetParam(), series_);
    const SeriesForecaster model = SeriesForecaster::load(directory.path());
    const ForecastScores scores = evaluate(model, series_, model.parts_in(series_).test);
    const std::string found = bytes_of(directory.path()) + std::to_string(scores.all.mse);
    if (expected.empty()) expected = found;
    EXPECT_EQ(found, expected) << threads << " threads";
  }
  set_thread_count(before);
}

TEST_P(EveryForecaster, GoesOnAfterAStopWithTheSameBits) {
  fit_in(directory_.path(), GetParam(), series_, 6);
  SeriesForecaster whole = make_kind(GetParam(), series_);
  if (whole.by_gradients()) {
    const TemporaryDirectory parts;
    for (const int64_t steps : {2, 4, 6}) fit_in(parts.path(), GetParam(), series_, steps);
    EXPECT_EQ(bytes_of(directory_.path()), bytes_of(parts.path()));
    return;
  }
  // A checkpoint after each unit, restored into a new model.
  FittingState state;
  for (int64_t done = 0; done < 100; ++done) {
    SeriesForecaster model = make_kind(GetParam(), series_);
    ForecastFitting fitting(model, series_);
    if (done > 0) fitting.restore(state);
    if (fitting.finished()) {
      const TemporaryDirectory parts;
      model.save(parts.path());
      EXPECT_EQ(bytes_of(directory_.path()), bytes_of(parts.path()));
      return;
    }
    fitting.advance();
    state = {};
    fitting.store(state);
  }
  FAIL() << "the fitting does not end";
}

INSTANTIATE_TEST_SUITE_P(Kinds, EveryForecaster, testing::ValuesIn(all_kinds()),
                         [](const testing::TestParamInfo<Kind>& tested) {
                           std::string name = tested.param.preset + std::to_string(tested.index);
                           std::erase(name, '-');
                           return name;
                         });

// ---- scores ----

TEST(Forecast, ScoresByHand) {
  Series series{.time_name = "t", .columns = {"x"}, .step = {.seconds = 86400}, .start = 0};
  series.values = {1, 3, 1, 3, 2, 4, 0, 2};
  auto config = model_preset("naive");
  config->change("horizon=2");
  config->change("season=1");
  SeriesForecaster model = SeriesForecaster::make(*config, series, {4, 1, 3}, 1);
  const ForecastScores scores = evaluate(model, series, model.parts_in(series).test);
  // From row 5 (after 2): 4, 0; from row 6 (after 4): 0, 2. Errors 2, −2, −4, −2. The training rows have the
  // mean 2, deviation 1 and a naive error of 2.
  EXPECT_EQ(scores.windows, 2);
  EXPECT_DOUBLE_EQ(scores.all.mse, 28.0 / 4);
  EXPECT_DOUBLE_EQ(scores.all.mae, 10.0 / 4);
  EXPECT_DOUBLE_EQ(scores.all.standardised_mse, 7);
  EXPECT_DOUBLE_EQ(scores.all.mase, 1.25);
  EXPECT_DOUBLE_EQ(scores.all.smape, 200 * (2.0 / 6 + 2.0 / 2 + 4.0 / 4 + 2.0 / 6) / 4);
  EXPECT_EQ(scores.all.zeros, 2);
  EXPECT_FALSE(scores.all.has_mape());
}

TEST(Forecast, QuantilesCoverWhatTheySay) {
  Rng rng(1, 1);
  Series series{.time_name = "t", .columns = {"x"}, .step = {.seconds = 3600}, .start = 0};
  for (int i = 0; i < 3000; ++i) series.values.push_back(rng.uniform());
  for (const char* preset : {"linear-forecaster", "mean", "theta"}) {
    auto config = model_preset(preset);
    for (const char* option : {"context=48", "horizon=3", "quantiles=0.1,0.9"}) config->change(option);
    SeriesForecaster model = SeriesForecaster::make(*config, series, {2000, 0, 1000}, 1);
    ForecastFitting fitting(model, series);
    while (!fitting.finished()) fitting.advance();
    const ForecastScores scores = evaluate(model, series, model.parts_in(series).test);
    EXPECT_NEAR(scores.coverage[0], 0.1, 0.04) << preset;
    EXPECT_NEAR(scores.coverage[1], 0.9, 0.04) << preset;
  }
}

// ---- the figures that others measured on the same data ----

ForecastScores scores_on(const std::string& file, const std::string& preset,
                         const std::vector<std::string>& options, const std::vector<double>& split) {
  const Series series = read_series({join_path(data_directory(), "timeseries/" + file)}, {});
  const auto config = model_preset(preset);
  for (const std::string& option : options) config->change(option);
  SeriesForecaster model = SeriesForecaster::make(*config, series, split, 1);
  ForecastFitting fitting(model, series);
  while (!fitting.finished()) fitting.advance();
  return evaluate(model, series, model.parts_in(series).test);
}

TEST(Forecast, EttAsOthersMeasureIt) {
  if (!is_directory(join_path(data_directory(), "timeseries")))
    GTEST_SKIP() << data_directory() << "/timeseries is absent";
  const auto near = [](const ForecastScores& scores, int64_t windows, double mse, double mae) {
    EXPECT_EQ(scores.windows, windows);
    EXPECT_NEAR(scores.all.standardised_mse, mse, 0.0006);
    EXPECT_NEAR(scores.all.standardised_mae, mae, 0.0006);
  };
  const std::vector<double> split = {8640, 2880, 2880};
  const char* file = "ETTh1.csv.gz";
  near(scores_on(file, "naive", {"horizon=96"}, split), 2785, 1.294, 0.713);
  near(scores_on(file, "seasonal-naive", {"horizon=192"}, split), 2689, 0.581, 0.469);
  near(scores_on(file, "linear-forecaster", {"context=336", "horizon=96"}, split), 2785, 0.370, 0.392);
  near(scores_on(file, "nlinear-forecaster", {"context=336", "horizon=720"}, split), 2161, 0.422, 0.443);
}

TEST(Forecast, AirlinePassengersAsOthersMeasureThem) {
  if (!is_directory(join_path(data_directory(), "timeseries")))
    GTEST_SKIP() << data_directory() << "/timeseries is absent";
  const auto error = [](const char* preset, const std::vector<std::string>& options) {
    return scores_on("airline-passengers.csv", preset, options, {108, 0, 36}).all.mape;
  };
  EXPECT_LE(error("holt-winters", {"context=108", "horizon=36"}), 5.5);
  EXPECT_NEAR(error("theta", {"context=108", "horizon=36"}), 8.15, 0.1);
}

TEST(Forecast, PartsAreFoundByTheirTimes) {
  const Series series = wavy_series(kRows);
  SeriesForecaster model = make_kind({"mean"}, series);
  Series later = series;
  later.values.erase(later.values.begin(), later.values.begin() + 2 * 230);
  later.start = series.time(230);
  EXPECT_EQ(model.parts_in(later).test, (SeriesPart{30, 90}));
  EXPECT_EQ(model.parts_in(later).train, (SeriesPart{0, 0}));
  later.start = series.time(1000);
  EXPECT_EQ(model.parts_in(later).test.rows(), 0);
  later.columns = {"a", "c"};
  expect_error([&] { model.parts_in(later); }, "the columns are a, c");
  Series days = series;
  days.step.seconds = 86400;
  expect_error([&] { model.parts_in(days); }, "1 day apart, and those of the model 1 hour");
  Series half = series;
  half.start = 1800;
  expect_error([&] { model.parts_in(half); }, "is no row");
}

TEST(Forecast, WhatDoesNotFitIsRefused) {
  const Series series = wavy_series(kRows);
  const auto refuse = [&](const Kind& kind, const char* message) {
    expect_error(
        [&] {
          SeriesForecaster model = make_kind(kind, series);
          if (!model.by_gradients()) ForecastFitting fitting(model, series);
        },
        message);
  };
  refuse({"mean", {"columns=x"}}, "the data and `split` decide it");
  refuse({"naive", {"context=3"}}, "the last value is all that is read");
  refuse({"theta", {"covariates=hour"}}, "reads no calendar");
  refuse({"gru-forecaster", {"covariates=minute"}}, "minute is not known");
  refuse({"gru-forecaster", {"mode=step-by-step", "quantiles=0.5"}}, "quantiles need mode=direct");
  refuse({"gru-forecaster", {"patch=5"}}, "not a multiple of patch 5");
  refuse({"mean", {"quantiles=0.9,0.1"}}, "ascending order");
  refuse({"mean", {"quantiles=0.1,0.1"}}, "0.1 is given twice");
  refuse({"mean", {"foo=1"}}, "the options are context, horizon, season, quantiles, method");
  refuse({"linear-forecaster", {"context=190"}}, "200 rows to fit on");
  refuse({"theta", {"season=150"}}, "two cycles");
  refuse({"holt-winters", {"context=2"}}, "3 rows or more");
  expect_error(
      [&] {
        SeriesForecaster::make(*model_preset("gpt-tiny"), series, {0.5, 0.5}, 1);
      },
      "does not forecast series");
  SeriesForecaster model = make_kind({"mean"}, series);
  Series newest = series;
  newest.values.resize(2 * 47);
  expect_error([&] { forecast_next(model, newest); }, "looks back 48 rows, and the data have 47");
}

TEST(Forecast, PresetsAreDescribedWithoutData) {
  for (const Kind& kind : all_kinds())
    EXPECT_GT(describe(*model_preset(kind.preset)).parameters, 0) << kind.preset;
}

TEST(Forecast, DamagedDirectoriesAreRefused) {
  const Series series = wavy_series(kRows);
  const TemporaryDirectory directory;
  fit_in(directory.path(), {"nlinear-forecaster"}, series);
  const std::string path = join_path(directory.path(), "config.json");
  const Json good = read_json(path);
  const auto refused = [&](const char* key, const Json& value, const char* message) {
    Json bad = good;
    bad[key] = value;
    write_file_atomically(path, format_json(bad));
    expect_error([&] { SeriesForecaster::load(directory.path()).parts_in(series); }, message);
  };
  refused("context", 0, "context");
  refused("context", 1e9, "context");
  refused("horizon", 13, "linear.weight");
  refused("columns", Json::array({"a"}), "scaler.mean");
  refused("columns", Json::array(), "scaler.mean");
  refused("step", "an hour", "step is \"an hour\"");
  refused("season", 0, "season is 0");
  refused("start", "soon", "start is \"soon\"");
  refused("parts", Json::array({1}), "which columns and parts");
  refused("parts", Json::array({-1, 1, 1}), "parts");
  refused("quantiles", Json::array({0.5}), "residual_quantiles");
}

}  // namespace
}  // namespace hodhod
