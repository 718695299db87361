// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/series/scaler.h"

#include <cmath>

#include "hodhod/base/error.h"
#include "hodhod/ops/elementwise.h"
#include "hodhod/tensor/tape.h"

namespace hodhod {

SeriesScaler::SeriesScaler(int64_t columns)
    : mean(Tensor::empty({columns})),
      scale(Tensor::empty({columns})),
      season_error(Tensor::empty({columns})) {}

void SeriesScaler::measure(const Tensor& rows, int64_t season) const {
  const int64_t n = rows.dim(0), columns = rows.dim(1);
  check(columns == mean.dim(0), "series: {} columns for a model of {}", columns, mean.dim(0));
  check(n > 0, "series: there are no rows to measure");
  const double* x = rows.data<double>();
  const auto count = static_cast<double>(n);
  for (int64_t c = 0; c < columns; ++c) {
    double sum = 0, squares = 0, errors = 0;
    for (int64_t t = 0; t < n; ++t) sum += x[t * columns + c];
    const double centre = sum / count;
    for (int64_t t = 0; t < n; ++t) squares += (x[t * columns + c] - centre) * (x[t * columns + c] - centre);
    for (int64_t t = season; t < n; ++t)
      errors += std::abs(x[t * columns + c] - x[(t - season) * columns + c]);
    const auto deviation = static_cast<float>(std::sqrt(squares / count));
    check(std::isfinite(static_cast<float>(centre)) && std::isfinite(deviation),
          "series: the numbers of column {} are too large; give them in a greater unit", c + 1);
    mean.data<float>()[c] = static_cast<float>(centre);
    scale.data<float>()[c] = deviation > 1e-12 * std::abs(centre) ? deviation : 1.0f;
    season_error.data<float>()[c] =
        n > season ? static_cast<float>(errors / static_cast<double>(n - season)) : 0.0f;
  }
}

Tensor SeriesScaler::standardised(const Tensor& x) const {
  const NoGrad off;
  return div(sub(x, mean.converted(DType::f64)), scale.converted(DType::f64)).converted(DType::f32);
}

Tensor SeriesScaler::restored(const Tensor& z) const {
  const NoGrad off;
  return add(mul(z.converted(DType::f64), scale.converted(DType::f64)), mean.converted(DType::f64));
}

}  // namespace hodhod
