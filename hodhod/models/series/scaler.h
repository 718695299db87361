// SPDX-License-Identifier: Apache-2.0
// The scale of a forecaster: mean and deviation of each column over the rows that it is fitted on, and those
// alone. It is a part of the model, so that nothing of later rows gets into it.
#pragma once

#include <cstdint>

#include "hodhod/tensor/tensor.h"

namespace hodhod {

struct SeriesScaler {
  Tensor mean;          // [C]
  Tensor scale;         // [C]: the population's deviation (divided by N); 1 where a column is constant
  Tensor season_error;  // [C]: mean |x_t - x_{t-m}| over these rows, for MASE; 0 if it is not defined

  SeriesScaler() = default;
  // Without values.
  explicit SeriesScaler(int64_t columns);

  // Measures rows [N, C] f64 with a season of m rows.
  void measure(const Tensor& rows, int64_t season) const;

  // (x - mean) / scale, computed in f64: [..., C] f64 → f32.
  Tensor standardised(const Tensor& x) const;
  // z · scale + mean: [..., C] → f64.
  Tensor restored(const Tensor& z) const;

  template <class V>
  void visit(V& v) {
    v("mean", mean);
    v("scale", scale);
    v("season_error", season_error);
  }
};

}  // namespace hodhod
