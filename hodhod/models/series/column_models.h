// SPDX-License-Identifier: Apache-2.0
// What the models that smooth each column by itself share.
#pragma once

#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "hodhod/models/series/forecaster_model.h"
#include "hodhod/models/series/smoothing.h"

namespace hodhod {

// A unit for each column of rows [N, C]: calls fit(column, values).
class ColumnFit final : public ForecasterFit {
 public:
  using FitColumn = std::function<void(int64_t column, std::span<const double> x)>;
  ColumnFit(Tensor rows, FitColumn fit) : rows_(std::move(rows)), fit_(std::move(fit)) {}
  int64_t units() const override { return rows_.dim(1); }
  void run(int64_t unit) override;

 private:
  Tensor rows_;
  FitColumn fit_;
};

// history [B, L, C] → [B, H, C], column by column.
Tensor forecast_columns(
    const Tensor& history, int64_t horizon,
    const std::function<std::vector<double>(int64_t column, std::span<const double> x)>& forecast);

// Rows that a smoothed forecast needs: two cycles.
int64_t least_smoothing_history(const SeriesOptions& series);
// Error when the rows to fit on are fewer.
void check_smoothing_rows(const Tensor& rows, const SeriesOptions& series, std::string_view kind);

// The kind of season of a column with the values x. Error if it is to be multiplicative and x has values that
// are not above 0.
SeasonKind season_kind_of(std::span<const double> x, int64_t m, SeasonChoice choice);
// The kind of season as a window allows it: none in fewer than two cycles; additive in place of
// multiplicative if not all values are above 0.
SeasonKind season_kind_within(std::span<const double> x, int64_t m, SeasonKind kind);
// The kind that a parameter [C] holds as a number.
SeasonKind stored_season(const Tensor& kinds, int64_t column);

}  // namespace hodhod
