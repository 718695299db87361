// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/series/network.h"

#include <algorithm>

#include "hodhod/ops/elementwise.h"
#include "hodhod/ops/loss.h"
#include "hodhod/ops/reduce.h"
#include "hodhod/ops/shape.h"
#include "hodhod/tensor/tape.h"

namespace hodhod {
namespace {

// [N, 1] with as many dimensions as y.
Tensor as_wide_as(const Tensor& x, const Tensor& y) {
  Tensor wide = x;
  while (wide.rank() < y.rank()) wide = unsqueeze(wide, -1);
  return wide;
}

// [N, H · (1 + Q)] → [N, H, 1 + Q] in units of the scale.
Tensor outputs_of(const Forecaster& model, const NormalisedRows& history, const Tensor& output) {
  const SeriesOptions& series = model.series();
  return history.restored(reshape(output, {output.dim(0), series.horizon, 1 + std::ssize(series.quantiles)}));
}

// Puts the last dimension, quantiles of one number, in ascending order: a network may let them cross, and in
// order they are never worse (Chernozhukov et al. 2010).
void put_in_order(const Tensor& quantiles) {
  if (quantiles.device() != Device::cpu) return;
  const int64_t count = quantiles.dim(-1);
  auto* all = quantiles.data<float>();
  for (int64_t i = 0; i < quantiles.numel(); i += count) std::sort(all + i, all + i + count);
}

}  // namespace

Tensor NormalisedRows::normalised(const Tensor& y) const {
  Tensor z = y;
  if (offset.defined()) z = sub(z, as_wide_as(offset, y));
  if (scale.defined()) z = div(z, as_wide_as(scale, y));
  return z;
}

Tensor NormalisedRows::restored(const Tensor& y) const {
  Tensor z = y;
  if (scale.defined()) z = mul(z, as_wide_as(scale, y));
  if (offset.defined()) z = add(z, as_wide_as(offset, y));
  return z;
}

NormalisedRows normalise_rows(const Tensor& rows, WindowNorm norm) {
  const NoGrad off;
  NormalisedRows normalised;
  const int64_t length = rows.dim(1);
  switch (norm) {
    case WindowNorm::none:
      break;
    case WindowNorm::last:
      normalised.offset = slice(rows, 1, length - 1, length);
      break;
    case WindowNorm::instance:
      normalised.offset = mean(rows, 1, Keep::yes);
      normalised.scale = sqrt(mean(square(sub(rows, normalised.offset)), 1, Keep::yes) + 1e-5);
      break;
  }
  normalised.x = normalised.normalised(rows);
  return normalised;
}

NetworkInput network_input(const Forecaster& model, const SeriesWindows& windows, WindowNorm norm) {
  const SeriesOptions& series = model.series();
  const NoGrad off;
  const Tensor z = model.scaler().standardised(windows.history);
  NetworkInput input{normalise_rows(columns_as_rows(slice(z, 1, z.dim(1) - series.context, z.dim(1))), norm)};
  if (series.covariates.empty()) return input;
  const Tensor& calendar = windows.calendar;
  check(calendar.defined() && calendar.dim(1) == series.context + series.horizon &&
            calendar.dim(2) == series.covariate_count(),
        "series: the windows have no calendar of {} rows, which the model reads",
        series.context + series.horizon);
  const int64_t batch = calendar.dim(0), columns = series.column_count();
  const Tensor repeated = expand(unsqueeze(calendar, 1), {batch, columns, calendar.dim(1), calendar.dim(2)});
  input.calendar = reshape(repeated, {batch * columns, calendar.dim(1), calendar.dim(2)});
  return input;
}

Tensor target_rows(const Forecaster& model, const Tensor& targets) {
  const NoGrad off;
  return columns_as_rows(model.scaler().standardised(targets));
}

Forecast forecast_of(const Forecaster& model, const NormalisedRows& history, const Tensor& output) {
  const SeriesOptions& series = model.series();
  const Tensor y = outputs_of(model, history, output);
  const int64_t columns = series.column_count(), batch = y.dim(0) / columns;
  Forecast forecast{model.scaler().restored(rows_as_columns(contiguous(select(y, 2, 0)), columns))};
  if (series.quantiles.empty()) return forecast;
  const Tensor bounds = slice(y, 2, 1, y.dim(2)).clone();
  put_in_order(bounds);
  const Tensor by_column =
      permute(reshape(bounds, {batch, columns, series.horizon, bounds.dim(2)}), {0, 2, 3, 1});
  forecast.quantiles = transpose(model.scaler().restored(by_column), 2, 3);
  return forecast;
}

Tensor loss_of(const Forecaster& model, const NormalisedRows& history, const Tensor& output,
               const Tensor& targets) {
  const Tensor y = outputs_of(model, history, output);
  Tensor loss = mse_loss(contiguous(select(y, 2, 0)), targets, Reduction::sum);
  const std::vector<double>& quantiles = model.series().quantiles;
  for (size_t q = 0; q < quantiles.size(); ++q) {
    const Tensor error = targets - select(y, 2, static_cast<int64_t>(q) + 1);
    loss = loss + sum(maximum(error * quantiles[q], error * (quantiles[q] - 1)));
  }
  return loss;
}

}  // namespace hodhod
