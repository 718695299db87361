// SPDX-License-Identifier: Apache-2.0
// Forecasts without fitting, by which all others are judged.
//
//   last        y[n+h] = y[n]
//   seasonal    y[n+h] = the value of the last cycle at the same place of it
//   drift       y[n+h] = y[n] + h · (y[n] − y[1]) / (n − 1)
//   mean        y[n+h] = the mean of the history
#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "hodhod/models/series/series_config.h"

namespace hodhod {

enum class NaiveMethod { last, seasonal, drift, mean };
constexpr std::array<std::string_view, 4> names_of(NaiveMethod) {
  return {"last", "seasonal", "drift", "mean"};
}

struct NaiveOptions {
  NaiveMethod method = NaiveMethod::last;

  void validate(const SeriesOptions& series) const;
  // The last value reads one row, the seasonal forecast one season.
  void complete(SeriesOptions& series) const;
  std::string summary() const;
  std::string why_useless(std::string_view option, const SeriesOptions& series) const;
  static std::unique_ptr<Model> make(const ForecasterConfig<NaiveOptions>& config);
  static const ModelType& type();

  template <class Visitor>
  void visit(Visitor&& v) {
    v("method", method, "What is repeated: the last value, the last season, the drift, the mean");
  }
};

}  // namespace hodhod
