// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/series/column_models.h"

#include <algorithm>

#include "hodhod/base/error.h"
#include "hodhod/base/format.h"
#include "hodhod/base/threads.h"
#include "hodhod/ops/shape.h"
#include "hodhod/tensor/tape.h"

namespace hodhod {
namespace {

bool all_positive(std::span<const double> x) {
  return std::all_of(x.begin(), x.end(), [](double value) { return value > 0; });
}

}  // namespace

void ColumnFit::run(int64_t unit) {
  const NoGrad off;
  fit_(unit, select(rows_, 1, unit).values());
}

Tensor forecast_columns(
    const Tensor& history, int64_t horizon,
    const std::function<std::vector<double>(int64_t column, std::span<const double> x)>& forecast) {
  const int64_t rows = history.dim(1), columns = history.dim(2);
  Tensor out = history.new_empty({history.dim(0), horizon, columns});
  if (history.device() != Device::cpu) return out;
  const Tensor dense = history.dense();
  const double* from = dense.data<double>();
  auto* to = out.data<double>();
  parallel_for(history.dim(0) * columns, 1, [&](int64_t begin, int64_t end) {
    std::vector<double> x(static_cast<size_t>(rows));
    for (int64_t i = begin; i < end; ++i) {
      const int64_t window = i / columns, column = i % columns;
      for (int64_t t = 0; t < rows; ++t)
        x[static_cast<size_t>(t)] = from[(window * rows + t) * columns + column];
      const std::vector<double> values = forecast(column, x);
      for (int64_t h = 0; h < horizon; ++h)
        to[(window * horizon + h) * columns + column] = values[static_cast<size_t>(h)];
    }
  });
  return out;
}

int64_t least_smoothing_history(const SeriesOptions& series) {
  return std::max<int64_t>(3, 2 * series.cycle());
}

void check_smoothing_rows(const Tensor& rows, const SeriesOptions& series, std::string_view kind) {
  check(rows.dim(0) >= least_smoothing_history(series),
        "{}: {} to fit on; two cycles of the season are needed, {} rows", kind, count_of(rows.dim(0), "row"),
        least_smoothing_history(series));
}

SeasonKind season_kind_of(std::span<const double> x, int64_t m, SeasonChoice choice) {
  if (m < 2) return SeasonKind::none;
  switch (choice) {
    case SeasonChoice::none:
      return SeasonKind::none;
    case SeasonChoice::additive:
      return SeasonKind::additive;
    case SeasonChoice::multiplicative:
      check(all_positive(x),
            "series: a multiplicative season needs values above 0; use season_kind=additive");
      return SeasonKind::multiplicative;
    case SeasonChoice::automatic:
      break;
  }
  if (!has_season(x, m)) return SeasonKind::none;
  return all_positive(x) ? SeasonKind::multiplicative : SeasonKind::additive;
}

SeasonKind season_kind_within(std::span<const double> x, int64_t m, SeasonKind kind) {
  if (kind == SeasonKind::none || m < 2 || std::ssize(x) < 2 * m) return SeasonKind::none;
  return kind == SeasonKind::multiplicative && !all_positive(x) ? SeasonKind::additive : kind;
}

SeasonKind stored_season(const Tensor& kinds, int64_t column) {
  const float number = kinds.data<float>()[column];
  return number == 2 ? SeasonKind::multiplicative : number == 1 ? SeasonKind::additive : SeasonKind::none;
}

}  // namespace hodhod
