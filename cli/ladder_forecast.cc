// SPDX-License-Identifier: Apache-2.0
// hodhod ladder forecast: forecasters of a series, from the last value to the Transformer.
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "cli/ladder_shared.h"
#include "cli/ladder_task.h"
#include "cli/models.h"
#include "cli/output.h"
#include "hodhod/base/error.h"
#include "hodhod/base/format.h"
#include "hodhod/tasks/forecast.h"
#include "hodhod/tensor/tape.h"

namespace hodhod::cli {
namespace {

constexpr int64_t kDrawnBefore = 2;  // horizons that are drawn before the forecast
constexpr int64_t kMostRowsOfAStep = 24;

Rung solved(const std::string& preset, Bilingual title, std::vector<std::string> model = {}) {
  return {.name = preset, .title = std::move(title), .preset = preset, .model = std::move(model)};
}

Rung network(const std::string& name, Bilingual title, const std::string& preset,
             std::vector<std::string> model) {
  return {.name = name,
          .title = std::move(title),
          .preset = preset,
          .model = std::move(model),
          .options = network_options("1e-3", 50, 50)};
}

class ForecastLadder final : public LadderTask {
 public:
  std::string_view name() const override { return "forecast"; }
  std::string help() const override {
    return "Forecasters of a time series, from the last value to the Transformer";
  }

  std::vector<Rung> rungs() const override {
    return {solved("naive", {"last value", "آخرین مقدار"}),
            solved("seasonal-naive", {"last season", "فصل پیش"}),
            solved("theta", {"Theta method", "روش تتا"}, {look_back()}),
            solved("holt-winters", {"Holt-Winters smoothing", "هموارسازی هولت–وینترز"}, {look_back()}),
            solved("nlinear-forecaster", {"NLinear matrix", "ماتریس NLinear"}, {look_back()}),
            network("gru", {"GRU", "GRU"}, "gru-forecaster",
                    {look_back(), fmt::format("patch={}", rows_of_a_step()), "width=128", "dropout=0.2"}),
            network("transformer", {"Transformer", "ترنسفورمر"}, "transformer-forecaster",
                    {look_back(), fmt::format("patch={}", std::min<int64_t>(16, look_back_))})};
  }

  void declare(Command& command) override {
    command
        .add("--data", data_,
             "Tables in order of time, with a time and numbers in each row (csv, tsv; .gz, .zst)")
        .called("FILE");
    command.add_config(columns_, "Data");
    command.add_fields(
        {field_of("split", split_,
                  "Rows, or shares of them, for training, validation and test, in this order of time",
                  at_least(0))},
        "Data");
    command.add_fields(
        {field_of("horizon", horizon_, "Rows to forecast", in(1, 1 << 20)),
         field_of("look_back", look_back_, "Rows that the larger models look back", in(1, 1 << 20))},
        kLadderGroup);
  }

  void read(bool) override {
    check_files("data", data_);
    series_ = read_series(data_, columns_);
    tell(series_.notes);
    check(split_.size() == 3,
          "--split: the ladder needs three parts, for training, validation and test, and got {}",
          split_.size());
    const SeriesParts parts = split_series(series_.rows(), split_);
    for (const auto& [part, what] :
         {std::pair(parts.train, "training"), std::pair(parts.validation, "validation"),
          std::pair(parts.test, "test")}) {
      const int64_t context = what == std::string_view("training") ? look_back_ : 0;
      check(part.rows() >= horizon_ + context,
            "--split: the part for {} has {} rows, and a window takes {}; lower --horizon or --look-back",
            what, part.rows(), horizon_ + context);
    }
  }

  OptionFiles files() const override { return files_of({{"data", data_}}); }

  std::vector<std::string> model_options() const override { return {fmt::format("horizon={}", horizon_)}; }

  void describe(LadderReport& report) const override {
    report.quality = {.key = "mse", .name = {"MSE, standardised", "میانگین مربع خطا، استانداردشده"}};
    report.scored = scored_part(true);
    report.unit = {"windows", "پنجره"};
    const SeriesParts parts = split_series(series_.rows(), split_);
    report.notes = {{fmt::format("The figures are of forecasts of {} rows from every row of the {} of the "
                                 "test part; the curves are "
                                 "of the validation part. The larger models look back {} rows.",
                                 horizon_, with_commas(parts.test.rows()), look_back_),
                     "عددهای جدول بر بخش آزمون به دست آمده‌اند "
                     "و منحنی‌ها بر بخش اعتبارسنجی."}};
    const int64_t begin = window_begin();
    report.window.column = series_.columns[0];
    for (int64_t row = begin - kDrawnBefore * horizon_; row < begin + horizon_; ++row) {
      if (row < 0) continue;
      const double value = series_.values[static_cast<size_t>(row) * series_.columns.size()];
      (row < begin ? report.window.before : report.window.after).push_back(value);
    }
  }

  void measure(const std::string& directory, uint64_t, LadderRung& rung) const override {
    const SeriesForecaster model = SeriesForecaster::load(directory);
    print_warnings(model.warnings);
    set_size(*model.model, rung);
    const SeriesPart test = model.parts_in(series_).test;
    ForecastScores scores;
    const double seconds = seconds_of([&] { scores = evaluate(model, series_, test); });
    rung.quality = scores.all.standardised_mse;
    rung.scored_a_second = static_cast<double>(scores.windows) / seconds;
    const int64_t origin = window_begin();
    const NoGrad off;
    Context context;
    const std::vector<double> drawn =
        model.role().forecast(windows_at(model, series_, {&origin, 1}), context).values.values();
    rung.drawn.clear();
    for (int64_t h = 0; h < horizon_; ++h)
      rung.drawn.push_back(drawn[static_cast<size_t>(h) * series_.columns.size()]);
  }

 private:
  std::string look_back() const { return fmt::format("context={}", look_back_); }

  // A network that reads step by step reads this many rows at once: what divides the look-back and the
  // horizon.
  int64_t rows_of_a_step() const {
    int64_t rows = kMostRowsOfAStep;
    while (look_back_ % rows != 0 || horizon_ % rows != 0) --rows;
    return rows;
  }

  // The first row of the window that is drawn: the middle of the test part.
  int64_t window_begin() const {
    const SeriesPart test = split_series(series_.rows(), split_).test;
    return test.begin + (test.rows() - horizon_) / 2;
  }

  std::vector<std::string> data_;
  SeriesColumns columns_;
  std::vector<double> split_ = {0.7, 0.1, 0.2};
  int64_t horizon_ = 96, look_back_ = 336;
  Series series_;
};

}  // namespace

std::unique_ptr<LadderTask> forecast_ladder() { return std::make_unique<ForecastLadder>(); }

}  // namespace hodhod::cli
