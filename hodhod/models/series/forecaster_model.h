// SPDX-License-Identifier: Apache-2.0
// What the models of all kinds of forecasters share: configuration, scale, quantiles of residuals, and the
// layout in which one network or one matrix serves every column.
#pragma once

#include <string>

#include "hodhod/base/error.h"
#include "hodhod/models/forecaster.h"
#include "hodhod/models/model.h"
#include "hodhod/nn/module.h"

namespace hodhod {

// Where a model's quantiles come from: from its own outputs, or from the errors that it made in the rows that
// it was fitted on.
enum class QuantileSource { outputs, residuals };

// A derived model has a `visit` that begins with visit_shared(), and hands it to for_each_parameter().
template <class Options>
class ForecasterModel : public Model, public Forecaster {
 public:
  ForecasterModel(const ForecasterConfig<Options>& config, QuantileSource source)
      : config_(config), scaler_(config.series.column_count()) {
    config.validate();
    const auto quantiles = std::ssize(config.series.quantiles);
    if (source == QuantileSource::residuals && quantiles > 0)
      residuals_ = Tensor::empty({quantiles, config.series.horizon, config.series.column_count()});
  }

  const ModelConfig& config() const override { return config_; }
  const Head& head() const override { return head_; }
  Forecaster* forecaster() override { return this; }
  const SeriesOptions& series() const override { return config_.series; }
  const SeriesScaler& scaler() const override { return scaler_; }
  Tensor residual_quantiles() const override { return residuals_; }
  void initialise(const Rng&, const ParameterChoice& wanted) override {
    for_each_parameter([&](const std::string& name, Tensor& parameter) {
      if (wanted(name)) fill(parameter, name == "scaler.scale" ? 1 : 0);
    });
  }

 protected:
  const Options& options() const { return config_.body; }
  // The window's rows are history [B, L, C]; Error if they are not what the model takes.
  void check_history(const Tensor& history) const {
    check(
        history.rank() == 3 && history.dim(1) >= least_history() && history.dim(2) == series().column_count(),
        "{}: a history of shape {}; expected [B, {} or more rows, {} columns]", name(),
        to_string(history.shape()), least_history(), series().column_count());
  }
  template <class V>
  void visit_shared(V& v) {
    v("scaler", scaler_);
    v("residual_quantiles", residuals_);
  }

 private:
  ForecasterConfig<Options> config_;
  Head head_ = NoHead{};
  SeriesScaler scaler_;
  Tensor residuals_;  // [Q, H, C], or undefined
};

// Each column as a row of its own: x [B, L, C] → [B·C, L], and back: y [B·C, H] → [B, H, C].
Tensor columns_as_rows(const Tensor& x);
Tensor rows_as_columns(const Tensor& y, int64_t columns);

// The forecast `values` [B, H, C] f64 with the model's quantiles of residuals around it.
Forecast with_residual_quantiles(const Forecaster& model, const Tensor& values);

// Sets residual_quantiles() of a model that is fitted otherwise: for each step of the horizon and column the
// quantiles of the errors (what came minus what was forecast, in units of the scale) of at most 2,048
// windows, evenly spread over rows [N, C]. Between two errors, quantiles are interpolated linearly. Does
// nothing if the model has none. Error when there is no window.
void measure_residual_quantiles(Forecaster& model, const Tensor& rows);

}  // namespace hodhod
