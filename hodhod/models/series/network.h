// SPDX-License-Identifier: Apache-2.0
// What forecasters that are trained by gradients share. One network serves all columns: each column of a
// window is a row of its own (N = B · C rows), in units of its scale, and is normalised once more by the
// window itself.
#pragma once

#include <array>
#include <functional>
#include <string_view>

#include "hodhod/models/series/forecaster_model.h"

namespace hodhod {

// What a window's numbers are measured from: nothing, its last value, or its own mean and deviation
// ("instance normalisation", Kim et al. 2022). The forecast is put back.
enum class WindowNorm { none, last, instance };
constexpr std::array<std::string_view, 3> names_of(WindowNorm) { return {"none", "last", "instance"}; }

struct NormalisedRows {
  Tensor x;                   // [N, L]
  Tensor offset, scale = {};  // [N, 1]; undefined: 0 and 1

  // Numbers y [N, ...] of the same rows in or from the window's own units.
  Tensor normalised(const Tensor& y) const;
  Tensor restored(const Tensor& y) const;
};
NormalisedRows normalise_rows(const Tensor& rows, WindowNorm norm);

// The history as rows [N, L], and the calendar repeated for every column [N, L + H, K].
struct NetworkInput {
  NormalisedRows history;
  Tensor calendar = {};
};
NetworkInput network_input(const Forecaster& model, const SeriesWindows& windows, WindowNorm norm);

// The targets as rows [N, H], in units of the scale.
Tensor target_rows(const Forecaster& model, const Tensor& targets);

// The output of a network, [N, H · (1 + Q)] normalised, holds for each row of the horizon the forecast and
// its quantiles.
Forecast forecast_of(const Forecaster& model, const NormalisedRows& history, const Tensor& output);
// Σ (y − x)², and for each quantile q the pinball loss Σ max(q u, (q − 1) u), u = x − y_q.
Tensor loss_of(const Forecaster& model, const NormalisedRows& history, const Tensor& output,
               const Tensor& targets);

}  // namespace hodhod
