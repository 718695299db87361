// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/series/forecaster_model.h"

#include <algorithm>
#include <cmath>

#include "hodhod/base/format.h"
#include "hodhod/ops/elementwise.h"
#include "hodhod/ops/shape.h"
#include "hodhod/tensor/tape.h"

namespace hodhod {
namespace {

constexpr int64_t kMostWindows = 2048;

// The rows at which windows begin to forecast, evenly spread.
std::vector<int64_t> residual_origins(const Forecaster& model, int64_t rows) {
  const int64_t first = model.least_history(), last = rows - model.series().horizon;
  check(last >= first,
        "series: quantiles come from errors in the {} to fit on, and a window needs {}; leave quantiles out, "
        "or give more rows",
        count_of(rows, "row"), first + model.series().horizon);
  const int64_t all = last - first + 1, count = std::min(all, kMostWindows);
  std::vector<int64_t> origins;
  for (int64_t i = 0; i < count; ++i) origins.push_back(first + i * all / count);
  return origins;
}

// The quantile of sorted values, interpolated between the two nearest.
double quantile_of(const std::vector<double>& sorted, double quantile) {
  const double at = quantile * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<size_t>(at);
  const double share = at - static_cast<double>(below);
  const double next = sorted[std::min(below + 1, sorted.size() - 1)];
  return sorted[below] + share * (next - sorted[below]);
}

}  // namespace

Tensor Forecaster::loss(const SeriesWindows&, const Tensor&, Context&) const {
  fail("series: this forecaster is not trained by gradients");
}

Tensor columns_as_rows(const Tensor& x) {
  return reshape(contiguous(transpose(x, 1, 2)), {x.dim(0) * x.dim(2), x.dim(1)});
}

Tensor rows_as_columns(const Tensor& y, int64_t columns) {
  return transpose(reshape(y, {y.dim(0) / columns, columns, y.dim(1)}), 1, 2);
}

Forecast with_residual_quantiles(const Forecaster& model, const Tensor& values) {
  const Tensor residuals = model.residual_quantiles();
  if (!residuals.defined()) return {values};
  const NoGrad off;
  const Tensor errors = mul(residuals.converted(DType::f64), model.scaler().scale.converted(DType::f64));
  return {values, add(unsqueeze(values, -1), permute(errors, {1, 2, 0}))};
}

void measure_residual_quantiles(Forecaster& model, const Tensor& rows) {
  const Tensor residuals = model.residual_quantiles();
  if (!residuals.defined()) return;
  const NoGrad off;
  const int64_t horizon = model.series().horizon, columns = rows.dim(1);
  std::vector<std::vector<double>> errors(static_cast<size_t>(horizon * columns));
  const std::vector<double> scale = model.scaler().scale.values();
  Context context;
  for (const int64_t origin : residual_origins(model, rows.dim(0))) {
    const int64_t begin = std::max<int64_t>(0, origin - model.series().context);
    const Tensor history = unsqueeze(slice(rows, 0, begin, origin), 0);
    const Tensor found = model.forecast({history}, context).values;
    const std::vector<double> forecast = found.values(),
                              actual = slice(rows, 0, origin, origin + horizon).values();
    for (size_t i = 0; i < errors.size(); ++i)
      errors[i].push_back((actual[i] - forecast[i]) / scale[i % static_cast<size_t>(columns)]);
  }
  auto* out = residuals.data<float>();
  for (size_t i = 0; i < errors.size(); ++i) {
    std::sort(errors[i].begin(), errors[i].end());
    for (size_t q = 0; q < model.series().quantiles.size(); ++q)
      out[q * errors.size() + i] = static_cast<float>(quantile_of(errors[i], model.series().quantiles[q]));
  }
}

}  // namespace hodhod
