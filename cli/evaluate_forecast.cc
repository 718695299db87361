// SPDX-License-Identifier: Apache-2.0
// hodhod evaluate for forecasters: a forecast from every row of a part (rolling origin).
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>

#include "cli/evaluate.h"
#include "cli/models.h"
#include "cli/output.h"
#include "hodhod/base/error.h"
#include "hodhod/base/format.h"
#include "hodhod/tasks/forecast.h"

namespace hodhod::cli {
namespace {

enum class EvaluatedPart { test, validation, train, all };
constexpr std::array<std::string_view, 4> names_of(EvaluatedPart) {
  return {"test", "validation", "train", "all"};
}

struct EvaluateForecastFlags : EvaluateFlags {
  EvaluatedPart part = EvaluatedPart::test;
  int64_t stride = 1;
  bool fill = false;
};

SeriesPart part_of(const EvaluateForecastFlags& flags, const SeriesForecaster& model, const Series& series) {
  const SeriesParts parts = model.parts_in(series);
  const SeriesPart part = flags.part == EvaluatedPart::test         ? parts.test
                          : flags.part == EvaluatedPart::validation ? parts.validation
                          : flags.part == EvaluatedPart::train      ? parts.train
                                                                    : SeriesPart{0, series.rows()};
  check(part.rows() > 0,
        "evaluate: the data, from {} to {}, hold no row of the {} part; give --part all to evaluate on all "
        "rows",
        series.time_text(0), series.time_text(series.rows() - 1),
        names_of(flags.part)[static_cast<size_t>(flags.part)]);
  return part;
}

Json score_json(const metrics::SeriesScore& score) {
  return {{"mse", score.standardised_mse},
          {"mae", score.standardised_mae},
          {"original_mse", score.mse},
          {"original_mae", score.mae},
          {"mape", score.has_mape() ? Json(score.mape) : Json(nullptr)},
          {"smape", score.smape},
          {"mase", score.has_mase ? Json(score.mase) : Json(nullptr)},
          {"numbers", score.numbers}};
}

std::string percent_or(bool defined, double value) {
  return defined ? fmt::format("{:.2f} %", value) : "undefined";
}

std::string score_text(const metrics::SeriesScore& score) {
  return fmt::format(
      "MSE {:.4f}   MAE {:.4f}   original MSE {:.6g}   original MAE {:.6g}\nMAPE {}   sMAPE {:.2f} %   MASE "
      "{}",
      score.standardised_mse, score.standardised_mae, score.mse, score.mae,
      percent_or(score.has_mape(), score.mape), score.smape,
      score.has_mase ? fmt::format("{:.4f}", score.mase) : "undefined");
}

// What the figures mean, and why some are not defined.
std::string explanation(const SeriesForecaster& model, const ForecastScores& scores) {
  std::string text =
      "MSE and MAE: of standardised values (mean and deviation of the training rows). sMAPE: 200 |x - y| / "
      "(|x| + |y|).\n";
  text += fmt::format(
      "MASE: the mean error divided by that of a forecast by the value {} rows before, in the training rows.",
      model.options().season);
  if (!scores.all.has_mape())
    text += fmt::format("\nMAPE is undefined: {} of the values are 0.", with_commas(scores.all.zeros));
  if (!scores.all.has_mase)
    text += fmt::format("\nMASE is undefined: a column of the training rows repeats itself every {} rows.",
                        model.options().season);
  return text;
}

std::string columns_text(const SeriesOptions& options, const ForecastScores& scores) {
  if (options.columns.size() < 2) return "";
  int64_t width = 6;
  for (const std::string& name : options.columns) width = std::max(width, display_width(name));
  std::string text = fmt::format("\n{:<{}} {:>9} {:>9} {:>13} {:>9} {:>9}", "column", width, "MSE", "MAE",
                                 "original MAE", "sMAPE", "MASE");
  for (size_t c = 0; c < options.columns.size(); ++c) {
    const metrics::SeriesScore& one = scores.columns[c];
    text += fmt::format("\n{}{} {:>9.4f} {:>9.4f} {:>13.6g} {:>9.2f} {:>9}", options.columns[c],
                        std::string(static_cast<size_t>(width - display_width(options.columns[c])), ' '),
                        one.standardised_mse, one.standardised_mae, one.mae, one.smape,
                        one.has_mase ? fmt::format("{:.4f}", one.mase) : "-");
  }
  return text;
}

int evaluate_forecast(const EvaluateForecastFlags& flags) {
  const SeriesForecaster model = SeriesForecaster::load(flags.model);
  print_warnings(model.warnings);
  check_data(flags);
  const Series series = read_series(flags.data, model.columns(flags.fill));
  tell(series.notes);
  const SeriesPart part = part_of(flags, model, series);
  const ForecastScores scores = evaluate(model, series, part, flags.stride);
  const SeriesOptions& options = model.options();
  Json values = score_json(scores.all);
  values["look_back"] = options.context;
  values["horizon"] = options.horizon;
  values["season"] = options.season;
  values["windows"] = scores.windows;
  values["part"] = std::string(names_of(flags.part)[static_cast<size_t>(flags.part)]);
  values["columns"] = Json::object();
  for (size_t c = 0; c < options.columns.size(); ++c)
    values["columns"][options.columns[c]] = score_json(scores.columns[c]);
  std::string text = fmt::format("look-back {}   horizon {}   windows {}   from {} to {}\n", options.context,
                                 options.horizon, with_commas(scores.windows), series.time_text(part.begin),
                                 series.time_text(part.end - 1));
  text += score_text(scores.all) + columns_text(options, scores);
  for (size_t q = 0; q < options.quantiles.size(); ++q) {
    text += fmt::format("\nquantile {:g}   values at or below it {:.2f} %   pinball loss {:.4f}",
                        options.quantiles[q], 100 * scores.coverage[q], scores.pinball_loss[q]);
    values["quantiles"].push_back({{"quantile", options.quantiles[q]},
                                   {"coverage", scores.coverage[q]},
                                   {"pinball_loss", scores.pinball_loss[q]}});
  }
  report(flags, values, text + "\n" + explanation(model, scores));
  return 0;
}

}  // namespace

void declare_evaluate_forecast(Command& command) {
  auto flags = std::make_shared<EvaluateForecastFlags>();
  add_evaluate_flags(command, *flags, "A table in order of time");
  command.add("--part", flags->part, "Which part of a series to forecast, as the model was made with it");
  command.add("--stride", flags->stride, "Rows from one forecast of a series to the next", at_least(1));
  command.add("--fill", flags->fill, "Mend rows of a series that are out of order, repeated or missing");
  command.on_run([flags](const Session&) { return evaluate_forecast(*flags); });
}

}  // namespace hodhod::cli
