// SPDX-License-Identifier: Apache-2.0
// Forecasting of time series: a forecaster with the names, the times and the parts of its data.
//
//     const Series series = read_series({"hours.csv"}, {});
//     auto model = SeriesForecaster::make(*model_preset("nlinear-forecaster"), series, {0.7, 0.1, 0.2}, 1);
//     fit(model, series, {.steps = 2000}, "hourly");
//     const NextRows next = forecast_next(SeriesForecaster::load("hourly"), read_series({"newest.csv"}, {}));
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "hodhod/data/batching.h"
#include "hodhod/data/series.h"
#include "hodhod/models/directory.h"
#include "hodhod/models/forecaster.h"
#include "hodhod/models/model.h"
#include "hodhod/models/origin.h"
#include "hodhod/train/fitting.h"
#include "hodhod/train/metrics/series.h"
#include "hodhod/train/trainer.h"

namespace hodhod {

struct SeriesForecaster {
  std::unique_ptr<Model> model;
  std::vector<std::string> warnings = {};  // settings of its directory that are not used, a sentence each
  ModelOrigin origin = {};

  // A new model for this series, with the scale of its training rows. `config` is that of a forecaster; what
  // the data decide is set: names, times, parts (see split_series), season. Error when the options do not fit
  // together or to the data.
  static SeriesForecaster make(const ModelConfig& config, const Series& series,
                               const std::vector<double>& split, uint64_t seed);
  // Error when the directory holds another kind of model.
  static SeriesForecaster load(const ModelPath& path);
  void save(const std::string& directory) const;

  Forecaster& role() const { return *model->forecaster(); }
  const SeriesOptions& options() const { return role().series(); }
  // Whether it is trained by gradients, or solved.
  bool by_gradients() const;
  // What it reads of a table.
  SeriesColumns columns(bool fill) const;
  TimeStep step() const;
  std::vector<CalendarPart> calendar() const;

  // Where the parts that the model was made with lie in a series, which may begin at another time. The parts
  // end where the series does. Error when the columns or the distance of the rows are not those of the model.
  SeriesParts parts_in(const Series& series) const;
};

// ---- windows ----

// Rows begin, …, end - 1 as a tensor [N, C] f64.
Tensor rows_of(const Series& series, const SeriesPart& part);
// The windows that begin to forecast at these rows, and what follows [B, H, C] f64.
SeriesWindows windows_at(const SeriesForecaster& model, const Series& series,
                         std::span<const int64_t> origins);
Tensor targets_at(const SeriesForecaster& model, const Series& series, std::span<const int64_t> origins);

// ---- use ----

// The rows after the end of a series.
struct NextRows {
  std::vector<std::string> times;
  Forecast forecast;  // of one window: [1, H, C]
};
// Error when the series has fewer rows than the model looks back.
NextRows forecast_next(const SeriesForecaster& model, const Series& series);
// The same from a row on, from those before it alone; the row may be the one behind the last.
NextRows forecast_from(const SeriesForecaster& model, const Series& series, int64_t row);

struct ForecastScores {
  int64_t windows = 0;
  metrics::SeriesScore all;
  std::vector<metrics::SeriesScore> columns;
  std::vector<double> coverage, pinball_loss;  // by quantile
};
// The scores of a forecast from every `stride`-th row of the part (rolling origin). A window's history may
// lie before the part; its targets do not leave it. Error when the part has no window.
ForecastScores evaluate(const SeriesForecaster& model, const Series& series, const SeriesPart& part,
                        int64_t stride = 1);

// ---- training ----

struct ForecastTraining {
  int64_t batch = 32;

  template <class Visitor>
  void visit(Visitor&& v) {
    v("batch", batch, "Number of windows in a batch", in(1, 1 << 16));
  }
};

// The trainer's settings that forecasters are trained with unless others are given.
TrainerOptions usual_forecast_training();

// Trains by gradients on the windows of the training part; validates on the validation part. Keeps references
// to model and series.
class ForecastTrainee final : public Trainee {
 public:
  ForecastTrainee(SeriesForecaster& model, const Series& series, const ForecastTraining& options,
                  uint64_t seed);

  int64_t windows() const { return std::ssize(origins_); }
  int64_t batches_in_epoch() const { return sampler_.batches_in_epoch(); }

  NamedParameters parameters() override;
  BatchPosition position() const override { return sampler_.position(); }
  void seek(BatchPosition position) override { sampler_.seek(position); }
  void next_batch() override;
  LossSum loss(Context& context) override;
  Scores validate() override;
  void save(const std::string& directory) override { model_.save(directory); }

 private:
  SeriesForecaster& model_;
  const Series& series_;
  std::vector<int64_t> origins_;
  BatchSampler sampler_;
  SeriesWindows batch_;
  Tensor targets_;
};

// Fits a model that is solved, on the rows of the training part: the units of its kind, and one for the
// quantiles of its errors.
class ForecastFitting final : public Fitting {
 public:
  ForecastFitting(SeriesForecaster& model, const Series& series);

  void advance() override;
  bool finished() const override { return done_ == units(); }
  int64_t units() const override { return fit_->units() + 1; }
  void store(FittingState& state) const override;
  void restore(const FittingState& state) override;

 private:
  NamedTensors tensors() const;

  SeriesForecaster& model_;
  Tensor rows_;
  std::unique_ptr<ForecasterFit> fit_;
  int64_t done_ = 0;
};

// The scores of a validation: those of the validation part, or none if it has no window.
Scores validation_scores(const SeriesForecaster& model, const Series& series);

}  // namespace hodhod
