// SPDX-License-Identifier: Apache-2.0
// The role of a model that forecasts a series from its past. It is given the last rows in the units of the
// data, and nothing after them but what a calendar says; its scale is a part of the model. So it cannot see
// what it forecasts.
//
// Dimensions: B windows, L rows of history (the context), H rows to forecast (the horizon), C columns, K
// numbers of the calendar, Q quantiles, N rows to fit on.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "hodhod/models/series/scaler.h"
#include "hodhod/models/series/series_config.h"
#include "hodhod/nn/context.h"
#include "hodhod/tensor/tensor.h"

namespace hodhod {

struct SeriesWindows {
  Tensor history;        // [B, L, C] f64
  Tensor calendar = {};  // [B, L + H, K] f32; undefined if the model has no covariates
};

struct Forecast {
  Tensor values;          // [B, H, C] f64
  Tensor quantiles = {};  // [B, H, C, Q] f64; undefined if the model has none
};

// Fits a forecaster that is solved or searched for, a unit of work of at most about a second after the other.
class ForecasterFit {
 public:
  virtual ~ForecasterFit() = default;
  virtual int64_t units() const = 0;
  // Units come in order from 0. The model's parameters are complete after the last.
  virtual void run(int64_t unit) = 0;
  // What the units so far have computed, apart from the model's parameters; the tensors share memory with
  // this object, so that a run can go on with stored ones.
  virtual std::vector<std::pair<std::string, Tensor>> state() { return {}; }
};

class Forecaster {
 public:
  virtual ~Forecaster() = default;
  virtual const SeriesOptions& series() const = 0;
  virtual const SeriesScaler& scaler() const = 0;

  // The fewest rows of history that it can forecast from. `series().context` is what it is given where there
  // are as many.
  virtual int64_t least_history() const { return series().context; }
  // A window's forecast has the same bits whatever the other windows are.
  virtual Forecast forecast(const SeriesWindows& windows, Context& context) const = 0;

  // ---- how it is fitted: one of these two ----
  // By solving or searching, on rows [N, C] f64 after which the scale was measured. Null: by gradients. The
  // fit refers to the model.
  virtual std::unique_ptr<ForecasterFit> fit(const Tensor& /*rows*/) { return nullptr; }
  // By gradients: the loss of windows whose next rows are `targets` [B, H, C] f64, summed over their numbers
  // in units of the scale, on the tape. Error if it is fitted otherwise.
  virtual Tensor loss(const SeriesWindows& windows, const Tensor& targets, Context& context) const;
  // Where quantiles are those of the errors that were made in the rows to fit on: what is added to a
  // forecast, [Q, H, C] f32 in units of the scale. Undefined if there are none, or if the model forecasts
  // them itself.
  virtual Tensor residual_quantiles() const { return {}; }
};

}  // namespace hodhod
