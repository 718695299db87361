// SPDX-License-Identifier: Apache-2.0
// Recurrent networks that forecast a series, the same network for every column. They read `patch` rows at
// each step, and what the calendar says of them.
//
//   direct         history → recurrent layers → last state (and the calendar to come) → all H rows at once
//   step-by-step   at each step the next `patch` rows are predicted; forecasts are fed back as if they had come.
//                  In training the true rows are read ("teacher forcing"), and the loss is of every step.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "hodhod/base/number_range.h"
#include "hodhod/models/recurrent_config.h"
#include "hodhod/models/series/network.h"
#include "hodhod/models/series/series_config.h"

namespace hodhod {

enum class ForecastMode { direct, step_by_step };
constexpr std::array<std::string_view, 2> names_of(ForecastMode) { return {"direct", "step-by-step"}; }

struct RecurrentForecasterOptions {
  RecurrentCell cell = RecurrentCell::gru;
  ForecastMode mode = ForecastMode::direct;
  int64_t patch = 1;
  int64_t width = 64;
  int64_t layers = 1;
  double dropout = 0;
  WindowNorm norm = WindowNorm::last;

  void validate(const SeriesOptions& series) const;
  void complete(SeriesOptions&) const {}
  std::string summary() const;
  std::string why_useless(std::string_view, const SeriesOptions&) const { return ""; }
  static std::unique_ptr<Model> make(const ForecasterConfig<RecurrentForecasterOptions>& config);
  static const ModelType& type();

  template <class Visitor>
  void visit(Visitor&& v) {
    v("cell", cell, "Kind of recurrent cell");
    v("mode", mode, "Forecast all rows at once, or feed each forecast back");
    v("patch", patch, "Rows that are read at each step", in(1, 1 << 16));
    v("width", width, "Channels of a hidden state", in(1, 1 << 16));
    v("layers", layers, "Number of recurrent layers", in(1, 100));
    v("dropout", dropout, "Dropout between layers and of the last state", at_least(0).below(1));
    v("norm", norm, "What a window is measured from: nothing, its last value, its mean and deviation");
  }
};

}  // namespace hodhod
