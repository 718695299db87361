// SPDX-License-Identifier: Apache-2.0
// A linear map from the last L values of a column to its next H, the same for all columns, in closed form:
//
//   W = (XᵀX + λ I)⁻¹ XᵀY,   λ = ridge · n
//
// X [n, L + 1] holds every window of every column in units of the scale, with a 1 at its end for the bias,
// and Y [n, H] what follows. With subtract_last the window's last value is taken off both and put on the
// forecast again ("NLinear", Zeng et al. 2023, "Are Transformers Effective for Time Series Forecasting?"); a
// bias would then be the drift of the training rows.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "hodhod/base/number_range.h"
#include "hodhod/models/series/series_config.h"

namespace hodhod {

struct LinearForecasterOptions {
  bool subtract_last = false;
  bool bias = true;
  double ridge = 1e-3;

  void validate(const SeriesOptions&) const {}
  void complete(SeriesOptions&) const {}
  std::string summary() const;
  std::string why_useless(std::string_view option, const SeriesOptions& series) const;
  static std::unique_ptr<Model> make(const ForecasterConfig<LinearForecasterOptions>& config);
  static const ModelType& type();

  template <class Visitor>
  void visit(Visitor&& v) {
    v("subtract_last", subtract_last, "Take the window's last value off, and put it on the forecast again");
    v("bias", bias, "Add a constant to each row of the horizon");
    v("ridge", ridge, "Weight of the squared coefficients, for each window", at_least(0));
  }
};

}  // namespace hodhod
