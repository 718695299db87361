// SPDX-License-Identifier: Apache-2.0
// Training and fitting of forecasters.
#include <algorithm>
#include <utility>

#include "hodhod/base/error.h"
#include "hodhod/base/format.h"
#include "hodhod/models/series/forecaster_model.h"
#include "hodhod/tasks/forecast.h"
#include "hodhod/tensor/tape.h"

namespace hodhod {
namespace {

// What the optimiser changes: everything but the scale, which was measured.
bool is_learned(const std::string& parameter) { return !parameter.starts_with("scaler."); }

std::vector<int64_t> training_origins(const SeriesForecaster& model, const Series& series) {
  const SeriesOptions& options = model.options();
  const SeriesPart train = model.parts_in(series).train;
  std::vector<int64_t> origins = forecast_origins(train, options.context, options.horizon);
  check(!origins.empty(),
        "training: {} to train on, and a window has {} (context {} and horizon {}); give more rows, or a "
        "shorter context",
        count_of(train.rows(), "row"), options.context + options.horizon, options.context, options.horizon);
  return origins;
}

}  // namespace

TrainerOptions usual_forecast_training() {
  TrainerOptions options{.steps = 2000, .validate_every = 250};
  options.schedule = {.kind = ScheduleKind::cosine, .rate = 1e-3, .warmup = 100};
  return options;
}

ForecastTrainee::ForecastTrainee(SeriesForecaster& model, const Series& series,
                                 const ForecastTraining& options, uint64_t seed)
    : model_(model),
      series_(series),
      origins_(training_origins(model, series)),
      sampler_(std::vector<int64_t>(origins_.size(), 1), {.max_tokens = options.batch, .seed = seed}) {
  model_.model->for_each_parameter(
      [](const std::string& name, Tensor& parameter) { parameter.set_requires_grad(is_learned(name)); });
}

NamedParameters ForecastTrainee::parameters() {
  NamedParameters learned;
  for (auto& [name, parameter] : parameters_of(*model_.model)) {
    if (is_learned(name)) learned.emplace_back(name, parameter);
  }
  return learned;
}

void ForecastTrainee::next_batch() {
  std::vector<int64_t> origins;
  for (const int64_t i : sampler_.next()) origins.push_back(origins_[static_cast<size_t>(i)]);
  batch_ = windows_at(model_, series_, origins);
  targets_ = targets_at(model_, series_, origins);
}

LossSum ForecastTrainee::loss(Context& context) {
  return {model_.role().loss(batch_, targets_, context), static_cast<double>(targets_.numel())};
}

Scores ForecastTrainee::validate() { return validation_scores(model_, series_); }

Scores validation_scores(const SeriesForecaster& model, const Series& series) {
  const SeriesOptions& options = model.options();
  const SeriesPart part = model.parts_in(series).validation;
  if (forecast_origins(part, options.context, options.horizon).empty()) return {};
  const ForecastScores scores = evaluate(model, series, part);
  return {.values = {{"mse", scores.all.standardised_mse}, {"mae", scores.all.standardised_mae}},
          .items = static_cast<double>(scores.all.numbers)};
}

ForecastFitting::ForecastFitting(SeriesForecaster& model, const Series& series)
    : model_(model), rows_(rows_of(series, model.parts_in(series).train)), fit_(model.role().fit(rows_)) {
  check(fit_ != nullptr, "training: this forecaster is trained by gradients");
}

void ForecastFitting::advance() {
  const NoGrad off;
  if (done_ < fit_->units()) {
    fit_->run(done_);
  } else {
    measure_residual_quantiles(model_.role(), rows_);
  }
  ++done_;
}

NamedTensors ForecastFitting::tensors() const {
  NamedTensors all = parameters_of(*model_.model);
  for (auto& [name, tensor] : fit_->state()) all.emplace_back("fit." + name, tensor);
  return all;
}

void ForecastFitting::store(FittingState& state) const {
  state.values["done"] = done_;
  for (const auto& [name, tensor] : tensors()) state.tensors.emplace_back(name, tensor.clone());
}

void ForecastFitting::restore(const FittingState& state) {
  done_ = json_get<int64_t>(state.values, "done", "checkpoint");
  check(done_ >= 0 && done_ <= units(), "checkpoint: {} units are done, and there are {}", done_, units());
  for (const auto& [name, tensor] : tensors()) {
    const auto same = [&name = name](const auto& stored) { return stored.first == name; };
    const auto found = std::find_if(state.tensors.begin(), state.tensors.end(), same);
    check(found != state.tensors.end() && found->second.shape() == tensor.shape(),
          "checkpoint: {} is missing or has another shape", name);
    copy(found->second, tensor);
  }
}

}  // namespace hodhod
