// SPDX-License-Identifier: Apache-2.0
// hodhod train forecast: trains or solves a forecaster of a time series.
#include <fmt/format.h>

#include <memory>

#include "cli/input.h"
#include "cli/output.h"
#include "cli/training_run.h"
#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/base/format.h"
#include "hodhod/models/registry.h"
#include "hodhod/tasks/forecast.h"

namespace hodhod::cli {
namespace {

struct TrainForecastFlags : TrainFlags {
  SeriesColumns columns;
  std::vector<double> split = {0.7, 0.1, 0.2};
  ForecastTraining training;
};

std::string text_of_series(const Series& series) {
  std::string text;
  for (int64_t row = 0; row < series.rows(); ++row) {
    text += series.time_text(row);
    for (size_t c = 0; c < series.columns.size(); ++c)
      text += fmt::format(",{}", series.values[static_cast<size_t>(row) * series.columns.size() + c]);
    text += '\n';
  }
  return text;
}

SeriesForecaster make_forecaster(const TrainForecastFlags& flags, const Series& series) {
  const auto config = preset_of(flags);
  check(
      dynamic_cast<const SeriesConfig*>(config.get()) != nullptr,
      "--preset {}: does not forecast series; presets that do are naive, seasonal-naive, drift, mean, theta, "
      "holt-winters and those that end in -forecaster",
      flags.preset);
  for (const std::string& option : flags.model_options) config->change(option);
  return SeriesForecaster::make(*config, series, flags.split, flags.trainer.seed);
}

std::string data_text(const SeriesForecaster& model, const Series& series) {
  const SeriesOptions& options = model.options();
  return fmt::format(
      "{} rows of {}, {} apart: {} to train on, {} for validation, {} for tests; look-back {}, horizon {}",
      with_commas(series.rows()), count_of(std::ssize(options.columns), "column"), options.step,
      with_commas(options.parts[0]), with_commas(options.parts[1]), with_commas(options.parts[2]),
      options.context, options.horizon);
}

RunDirectory begin_forecast_run(const Command& command, const TrainForecastFlags& flags,
                                const Series& series) {
  return begin_run(command, flags, {{"data", flags.data, [&] { return text_of_series(series); }}});
}

int solve_forecaster(const Command& command, const TrainForecastFlags& flags, const Series& series,
                     SeriesForecaster& model, const Session& session) {
  ForecastTraining training;
  std::vector<std::string> further = options_of(fields_of(training));
  further.push_back("--epochs");
  refuse_training(command, flags, "solved", further);
  ForecastFitting fitting(model, series);
  RunDirectory run = begin_forecast_run(command, flags, series);
  const FittedTask fitted{.fitting = fitting,
                          .validate = [&] { return validation_scores(model, series); },
                          .save = [&](const std::string& directory) { model.save(directory); }};
  return run_fitting({.fitted = fitted, .model = RunModel(*model.model), .data = data_text(model, series)},
                     flags, run, session);
}

int train_network(const Command& command, TrainForecastFlags& flags, const Series& series,
                  SeriesForecaster& model, const Session& session) {
  ForecastTrainee trainee(model, series, flags.training, flags.trainer.seed);
  const SeriesOptions& options = model.options();
  const SeriesPart dev = model.parts_in(series).validation;
  tell_validation(!forecast_origins(dev, options.context, options.horizon).empty(), flags,
                  "give the second part of --split at least as many rows as the horizon");
  apply_epochs(flags, trainee.batches_in_epoch());
  RunDirectory run = begin_forecast_run(command, flags, series);
  return run_training({.trainee = trainee,
                       .model = RunModel(*model.model),
                       .data = data_text(model, series),
                       .unit = "numbers"},
                      flags, run, session);
}

// Errors in the data and the options are found before the run's directory is made.
int train_forecast(const Command& command, TrainForecastFlags& flags, const Session& session) {
  preset_of(flags);
  const Series series = read_series(flags.data, flags.columns);
  tell(series.notes);
  SeriesForecaster model = make_forecaster(flags, series);
  return model.by_gradients() ? train_network(command, flags, series, model, session)
                              : solve_forecaster(command, flags, series, model, session);
}

}  // namespace

void declare_train_forecast(Command& command) {
  auto flags = std::make_shared<TrainForecastFlags>();
  flags->preset = "nlinear-forecaster";
  flags->trainer = usual_forecast_training();
  flags->suits = [](const ModelConfig& config) {
    return dynamic_cast<const SeriesConfig*>(&config) != nullptr;
  };
  command
      .add("--data", flags->data,
           "Tables in order of time, with a time and numbers in each row: csv or tsv (.gz and .zst too)")
      .called("FILE")
      .required();
  command.add_config(flags->columns, "Data");
  command.add_fields(
      {field_of("split", flags->split,
                "Rows, or shares of them, for training, validation and test, in this order of time",
                at_least(0))},
      "Data");
  add_run_flags(command, *flags);
  command.add("--preset", flags->preset, "Kind of forecaster");
  command.add(
      "--model", flags->model_options,
      "NAME=VALUE: change an option of the preset, such as context=336; a name that is unknown lists them");
  command.add("--profile", flags->profile, "Print where the time went");
  command.add_config(flags->trainer, "Training");
  command
      .add("--epochs", flags->epochs, "Number of passes over the windows, instead of --steps",
           above(0).at_most(1e9))
      .excludes("--steps");
  command.add_config(flags->training, "Training");
  command.on_run(
      [flags, &command](const Session& session) { return train_forecast(command, *flags, session); });
}

}  // namespace hodhod::cli
