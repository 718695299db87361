// SPDX-License-Identifier: Apache-2.0
// hodhod forecast DIR: the rows that follow a series.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>

#include "cli/input.h"
#include "cli/models.h"
#include "cli/output.h"
#include "cli/task.h"
#include "hodhod/base/columns.h"
#include "hodhod/base/error.h"
#include "hodhod/base/format.h"
#include "hodhod/base/json.h"
#include "hodhod/tasks/forecast.h"

namespace hodhod::cli {
namespace {

struct ForecastFlags {
  std::string directory;
  std::vector<std::string> data;
  bool fill = false, csv = false, json = false;
};

// The forecast as a table of texts: a line of names, then a line for each row. A column is followed by its
// quantiles ("OT 10 %").
std::vector<std::vector<std::string>> cells_of(const SeriesForecaster& model, const NextRows& next) {
  const SeriesOptions& options = model.options();
  std::vector<std::vector<std::string>> lines(1, {options.time});
  for (const std::string& column : options.columns) {
    lines[0].push_back(column);
    for (const double quantile : options.quantiles)
      lines[0].push_back(fmt::format("{} {:g} %", column, 100 * quantile));
  }
  const std::vector<double> values = next.forecast.values.values();
  const std::vector<double> bounds =
      next.forecast.quantiles.defined() ? next.forecast.quantiles.values() : std::vector<double>();
  const size_t columns = options.columns.size(), quantiles = options.quantiles.size();
  for (size_t h = 0; h < next.times.size(); ++h) {
    std::vector<std::string>& line = lines.emplace_back(1, next.times[h]);
    for (size_t i = h * columns; i < (h + 1) * columns; ++i) {
      line.push_back(fmt::format("{:.6g}", values[i]));
      for (size_t q = 0; q < quantiles; ++q) line.push_back(fmt::format("{:.6g}", bounds[i * quantiles + q]));
    }
  }
  return lines;
}

std::string csv_of(const std::vector<std::vector<std::string>>& lines) {
  std::string text;
  for (const auto& line : lines) {
    std::string separator;
    for (const std::string& cell : line) {
      text += separator;
      separator = ",";
      if (cell.find_first_of(",\"\n") == std::string::npos) {
        text += cell;
        continue;
      }
      text += '"';
      for (const char c : cell) text += c == '"' ? std::string("\"\"") : std::string(1, c);
      text += '"';
    }
    text += '\n';
  }
  return text;
}

std::string table_of(std::vector<std::vector<std::string>> lines) {
  for (auto& line : lines) {
    for (std::string& cell : line) cell = one_line(cell);
  }
  return in_columns(lines);
}

Json json_of(const SeriesForecaster& model, const NextRows& next) {
  const SeriesOptions& options = model.options();
  const std::vector<double> values = next.forecast.values.values();
  const size_t columns = options.columns.size(), quantiles = options.quantiles.size();
  Json rows = Json::array();
  for (size_t h = 0; h < next.times.size(); ++h) {
    Json row = Json::object();
    row[options.time] = next.times[h];
    for (size_t c = 0; c < columns; ++c) row[options.columns[c]] = values[h * columns + c];
    rows.push_back(std::move(row));
  }
  Json json = {{"look_back", options.context}, {"horizon", options.horizon}, {"forecast", std::move(rows)}};
  if (quantiles == 0) return json;
  const std::vector<double> bounds = next.forecast.quantiles.values();
  Json all = Json::object();
  for (size_t q = 0; q < quantiles; ++q) {
    Json by_column = Json::object();
    for (size_t c = 0; c < columns; ++c) {
      Json list = Json::array();
      for (size_t h = 0; h < next.times.size(); ++h)
        list.push_back(bounds[(h * columns + c) * quantiles + q]);
      by_column[options.columns[c]] = std::move(list);
    }
    all[fmt::format("{:g}", options.quantiles[q])] = std::move(by_column);
  }
  json["quantiles"] = std::move(all);
  return json;
}

int run_forecast(const ForecastFlags& flags) {
  const SeriesForecaster model = SeriesForecaster::load(flags.directory);
  print_warnings(model.warnings);
  const Series series = read_series(flags.data, model.columns(flags.fill));
  tell(series.notes);
  const NextRows next = forecast_next(model, series);
  if (flags.json) {
    print_text(json_line(json_of(model, next)));
  } else {
    const auto lines = cells_of(model, next);
    print_text(flags.csv ? csv_of(lines) : table_of(lines));
  }
  return 0;
}

void declare_forecast(Command& command) {
  auto flags = std::make_shared<ForecastFlags>();
  command.add("DIR", flags->directory, "The model's directory").required();
  command
      .add("--data", flags->data,
           "A table whose last rows the forecast follows: csv or tsv (.gz and .zst too)")
      .called("FILE")
      .required();
  command.add("--fill", flags->fill,
              "Mend rows that are out of order, repeated or missing, and numbers that are missing");
  command.add("--csv", flags->csv, "Print csv instead of a table");
  command.add("--json", flags->json, "Print a JSON object").excludes("--csv");
  command.on_run([flags](const Session&) { return run_forecast(*flags); });
}

}  // namespace

void declare_train_forecast(Command& command);     // train_forecast.cc
void declare_evaluate_forecast(Command& command);  // evaluate_forecast.cc

Task forecast_task() {
  return {.name = "forecast",
          .model = "a forecaster",
          .is_for =
              [](const ModelConfig& config) { return dynamic_cast<const SeriesConfig*>(&config) != nullptr; },
          .train = {"Train a model that forecasts a time series", declare_train_forecast},
          .predict = {"Forecast the next rows of a time series", declare_forecast},
          .declare_evaluate = declare_evaluate_forecast};
}

}  // namespace hodhod::cli
