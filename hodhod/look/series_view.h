// SPDX-License-Identifier: Apache-2.0
// A forecast, looked at: the rows that it was made from, what came of it, and how much each of them moves
// each row of the forecast. Every column of the series is a pass of the page; a network's tensors are
// recorded for each.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "hodhod/base/json.h"
#include "hodhod/look/cuts.h"
#include "hodhod/look/recorder.h"
#include "hodhod/tasks/forecast.h"

namespace hodhod::look {

struct SeriesViewOptions {
  std::vector<std::string> files = {};    // a table, as for `hodhod forecast`
  bool fill = false;                      // mend it (SeriesColumns)
  std::vector<std::string> columns = {};  // that are shown; empty: the first kMostColumns
  std::string at = {};                    // the first time to forecast; empty: what follows the data
  Cutting effects = Cutting::automatic;
  RecorderOptions recorder = {};
  int64_t limit = 0;  // bytes of the tensors
};

inline constexpr int64_t kMostColumns = 12;

struct SeriesView {
  Json passes = Json::array();
  std::vector<RecordedTensor> tensors = {};
  std::vector<ReducedTensor> reduced = {};
  std::vector<std::pair<std::string, Tensor>> exact = {};  // with RecorderOptions::keep_all
  std::vector<std::string> notes = {};
  std::vector<std::string> summary = {};  // lines of text: for each column the next value
};

// The tensor `effects` [H, L] of a column: how far row h of the forecast moves, in its own units, where row l
// of the history is one deviation of the training rows higher, divided by that deviation. Of a linear model
// these are its coefficients.
SeriesView series_view(const SeriesForecaster& model, const SeriesViewOptions& options);

}  // namespace hodhod::look
