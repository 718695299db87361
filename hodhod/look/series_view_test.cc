// SPDX-License-Identifier: Apache-2.0
#include "hodhod/look/series_view.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "hodhod/base/file.h"
#include "hodhod/base/testing.h"
#include "hodhod/base/threads.h"
#include "hodhod/look/look.h"
#include "hodhod/look/test_unpack.h"
#include "hodhod/models/registry.h"
#include "hodhod/tensor/tape.h"

namespace hodhod::look {
namespace {

constexpr int64_t kContext = 12, kHorizon = 3, kSeason = 8;

// 60 hours of two columns, of which the second falls while the first rises.
std::string hours() {
  std::string text = "time,warm,cold\n";
  for (int hour = 0; hour < 60; ++hour) {
    const double wave = std::sin(hour * 2 * M_PI / 8);
    text += fmt::format("2024-01-{:02} {:02}:00,{:.4f},{:.4f}\n", 1 + hour / 24, hour % 24,
                        20 + 5 * wave + 0.1 * hour, -wave);
  }
  return text;
}

class SeriesView : public testing::Test {
 protected:
  Subject forecaster(const char* preset, const std::vector<std::string>& options) const;
  Series series() const { return read_series({file_}, {}); }

  TemporaryDirectory directory_;
  std::string file_ = directory_.put("hours.csv", hours());
};

Subject SeriesView::forecaster(const char* preset, const std::vector<std::string>& options) const {
  const Series series = this->series();
  const auto config = model_preset(preset);
  config->change(fmt::format("horizon={}", kHorizon));
  for (const std::string& option : options) config->change(option);
  Subject subject{.kind = Kind::forecaster, .name = "model", .family = preset};
  subject.series =
      std::make_unique<SeriesForecaster>(SeriesForecaster::make(*config, series, {36, 12, 12}, 4));
  if (!subject.series->by_gradients()) {
    ForecastFitting fitting(*subject.series, series);
    while (!fitting.finished()) fitting.advance();
  }
  return subject;
}

const Json& tensor_of(const ReadPage& page, int64_t pass, const std::string& name) {
  for (const Json& tensor : page.index.at("tensors")) {
    if (tensor.at("name").text() == name && tensor.at("pass").get<int64_t>() == pass) return tensor;
  }
  ADD_FAILURE() << "no tensor " << name;
  return page.index.at("tensors").at(size_t{0});
}

// What raising a row of the history does to a linear model's forecast is the model's matrix, apart from the
// last row, which is taken off all others and put on the forecast.
TEST_F(SeriesView, EffectsOfALinearModelAreItsCoefficients) {
  Subject subject = forecaster("nlinear-forecaster", {"context=12"});
  const ReadPage page = read_page(look(subject, {.data = {file_}, .exact = true}).page);
  Tensor weight;
  subject.series->model->for_each_parameter([&](const std::string& name, Tensor& parameter) {
    if (name == "linear.weight") weight = parameter;
  });
  for (int64_t pass = 0; pass < 2; ++pass) {
    const std::vector<float> effects = tensor_values(page, tensor_of(page, pass, "effects"));
    ASSERT_EQ(std::ssize(effects), kHorizon * kContext);
    for (int64_t h = 0; h < kHorizon; ++h) {
      double others = 0;
      for (int64_t l = 0; l < kContext; ++l) {
        const float found = effects[static_cast<size_t>(h * kContext + l)];
        const float own = weight.data<float>()[h * kContext + l];
        if (l < kContext - 1) others += own;
        EXPECT_NEAR(found, l < kContext - 1 ? own : 1 - others, 2e-5) << pass << " " << h << " " << l;
      }
    }
  }
}

// The page has the rows before the time, the forecast of them alone, and what came.
TEST_F(SeriesView, ShowsHistoryForecastAndWhatCame) {
  Subject subject = forecaster("seasonal-naive", {"season=8", "quantiles=0.1,0.9"});
  const LookOptions options{.texts = {"cold"}, .data = {file_}, .at = "2024-01-03 10:00"};
  const ReadPage page = read_page(look(subject, options).page);
  ASSERT_EQ(page.index.at("passes").size(), 1u);
  const Json& forecast = page.index.at("passes").at(size_t{0}).at("forecast");
  const Series series = this->series();
  const int64_t row = 58;
  EXPECT_EQ(forecast.at("column").text(), "cold");
  EXPECT_EQ(forecast.at("times").at(static_cast<size_t>(kSeason)).text(), "2024-01-03 10:00:00");
  ASSERT_EQ(forecast.at("history").size(), static_cast<size_t>(kSeason));
  for (int64_t l = 0; l < kSeason; ++l)
    EXPECT_NEAR(forecast.at("history").at(static_cast<size_t>(l)).get<double>(),
                series.values[static_cast<size_t>((row - kSeason + l) * 2 + 1)], 1e-6);
  ASSERT_EQ(forecast.at("values").size(), static_cast<size_t>(kHorizon));
  for (int64_t h = 0; h < kHorizon; ++h)
    EXPECT_NEAR(forecast.at("values").at(static_cast<size_t>(h)).get<double>(),
                series.values[static_cast<size_t>((row - kSeason + h) * 2 + 1)], 1e-6);
  ASSERT_EQ(forecast.at("came").size(), 2u);  // of three rows: the data end
  EXPECT_NEAR(forecast.at("came").at(size_t{1}).get<double>(), series.values[59 * 2 + 1], 1e-6);
  ASSERT_EQ(forecast.at("quantiles").size(), 2u);
  EXPECT_LE(forecast.at("quantiles").at(size_t{0}).at("values").at(size_t{0}).get<double>(),
            forecast.at("quantiles").at(size_t{1}).at("values").at(size_t{0}).get<double>());
  // The value of a day before moves one row of the forecast, and nothing else does.
  const std::vector<float> effects = tensor_values(page, tensor_of(page, 0, "effects"));
  for (int64_t h = 0; h < kHorizon; ++h) {
    for (int64_t l = 0; l < kSeason; ++l)
      EXPECT_FLOAT_EQ(effects[static_cast<size_t>(h * kSeason + l)], l == h ? 1 : 0);
  }
}

// Each column of a network's tensors is its row of the batch; the steps of a forecast stand behind those of
// the history.
TEST_F(SeriesView, RecordsEachColumnOfANetwork) {
  for (const char* preset : {"gru-forecaster", "transformer-forecaster"}) {
    const bool steps = std::string(preset) == "gru-forecaster";
    Subject subject =
        forecaster(preset, steps ? std::vector<std::string>{"context=12", "width=6", "mode=step-by-step"}
                                 : std::vector<std::string>{"context=12", "width=6", "heads=2", "patch=4",
                                                            "stride=2", "layers=1"});
    const LookOptions options{.texts = {"cold"}, .data = {file_}, .exact = true, .tensors = true};
    const LookResult found = look(subject, options);
    const ReadPage page = read_page(found.page);
    const Series series = this->series();
    const int64_t end = series.rows();
    Trace all, trace;
    Context context{.trace = &all};
    subject.series->role().forecast(windows_at(*subject.series, series, std::span(&end, 1)), context);
    trace.add_steps(all);
    size_t compared = 0;
    for (const Trace::Entry& entry : trace.entries()) {
      const std::vector<float> values = entry.tensor.values<float>();
      const bool shared = entry.axes.find('B') == std::string::npos;
      const std::vector<float> own(values.begin() + (shared ? 0 : std::ssize(values) / 2), values.end());
      EXPECT_EQ(tensor_values(page, tensor_of(page, 0, entry.name)), own) << entry.name;
      ++compared;
    }
    EXPECT_GE(compared, 6u);
    const Json& sequence = page.index.at("passes").at(size_t{0}).at("sequences").at(size_t{0});
    const auto length = static_cast<size_t>(steps ? kContext + kHorizon - 1 : (kContext - 4) / 2 + 2);
    EXPECT_EQ(sequence.at("tokens").size(), length);
    EXPECT_TRUE(sequence.at("text").text().starts_with("2024-01-03 00:00:00, "))
        << sequence.at("text").text();
    const int before = thread_count();
    for (const int threads : {1, 3}) {
      set_thread_count(threads);
      EXPECT_EQ(look(subject, options).page, found.page);
    }
    set_thread_count(before);
  }
}

TEST_F(SeriesView, WhatCannotBeShownIsRefused) {
  Subject subject = forecaster("naive", {});
  const auto message = [&](LookOptions options) {
    if (options.data.empty()) options.data = {file_};
    return error_of([&] { look(subject, options); });
  };
  EXPECT_EQ(message({.texts = {"hot"}}), "look: the model has no column hot; it has warm, cold");
  EXPECT_EQ(message({.at = "noon"}), "look: --at noon: expected a time such as 2024-01-03 11:00:00");
  EXPECT_TRUE(message({.at = "2025-01-01"}).starts_with("look: --at 2025-01-01: a forecast can begin at "));
  EXPECT_TRUE(message({.generate = 3}).starts_with("look: model forecasts a series; --ids"));
  EXPECT_TRUE(message({.gradients = GradientChoice::on}).starts_with("look: of a forecast the effects"));
  EXPECT_EQ(error_of([&] { look(subject, {}); }), "look: model forecasts a series; give a table with --data");
}

}  // namespace
}  // namespace hodhod::look
