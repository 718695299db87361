// SPDX-License-Identifier: Apache-2.0
#include "hodhod/nn/traced_norm.h"

#include <cmath>
#include <cstdint>
#include <string>

#include "hodhod/base/threads.h"

namespace hodhod {
namespace {

// The mean of each row, or what it is multiplied by, summed in double.
Tensor statistic(const Norm& norm, const Tensor& x, bool scale) {
  const Tensor values = x.dense().converted(DType::f64);
  const int64_t width = x.dim(2);
  Tensor result = Tensor::empty({x.dim(0), x.dim(1)}, DType::f32);
  const bool centred = norm.options.kind == NormKind::layer;
  parallel_for(result.numel(), 16, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const double* const of_row = values.data<double>() + row * width;
      double mean = 0, squares = 0;
      for (int64_t c = 0; centred && c < width; ++c) mean += of_row[c];
      mean /= static_cast<double>(width);
      for (int64_t c = 0; scale && c < width; ++c) squares += (of_row[c] - mean) * (of_row[c] - mean);
      const double value =
          scale ? 1 / std::sqrt(squares / static_cast<double>(width) + norm.options.epsilon) : mean;
      result.data<float>()[row] = static_cast<float>(value);
    }
  });
  return result;
}

}  // namespace

Tensor traced_norm(const Norm& norm, std::string_view name, const Tensor& x, Context& context) {
  const Tensor y = norm(x);
  if (!context.trace) return y;
  const std::string prefix(name);
  const Shape rows = {x.dim(0), x.dim(1)};
  const auto add = [&](const char* what, bool scale) {
    context.trace->add(prefix + what, Component::add_and_norm, "BT", rows,
                       [&] { return statistic(norm, x, scale); });
  };
  if (norm.options.kind == NormKind::layer) add(".mean", false);
  add(".scale", true);
  trace(context, name, Component::add_and_norm, "BTC", y);
  return y;
}

}  // namespace hodhod
