// SPDX-License-Identifier: Apache-2.0
#include "hodhod/nn/traced_norm.h"

#include <gtest/gtest.h>

#include <cmath>

#include "hodhod/base/rng.h"

namespace hodhod {
namespace {

Tensor normal_rows(const Shape& shape, uint64_t seed, double mean) {
  Tensor x = Tensor::empty(shape);
  Rng rng(seed);
  for (int64_t i = 0; i < x.numel(); ++i) x.data<float>()[i] = static_cast<float>(mean + rng.normal());
  return x;
}

// The traced mean and scale are those of the rows, and the norm is what they make of x with γ and β.
TEST(TracedNorm, MeanAndScaleMakeTheNorm) {
  for (const NormKind kind : {NormKind::layer, NormKind::rms}) {
    const NormOptions options{.kind = kind, .epsilon = 0.01};
    Norm norm(7, options);
    norm.weight = normal_rows({7}, 1, 1);
    if (kind == NormKind::layer) norm.bias = normal_rows({7}, 2, 0);
    const Tensor x = normal_rows({2, 3, 7}, 3, 4);
    Trace trace;
    Context context{.trace = &trace};
    const Tensor y = traced_norm(norm, "norm", x, context);
    EXPECT_EQ(y.values<float>(), norm(x).values<float>());
    EXPECT_EQ(trace.at("norm").tensor.values<float>(), y.values<float>());
    const Trace::Entry* const traced_mean = trace.find("norm.mean");
    EXPECT_EQ(traced_mean != nullptr, kind == NormKind::layer);
    EXPECT_EQ(trace.at("norm.scale").tensor.shape(), (Shape{2, 3}));
    for (int64_t row = 0; row < 6; ++row) {
      double sum = 0, squares = 0;
      for (int64_t c = 0; c < 7; ++c) sum += x.data<float>()[row * 7 + c];
      const double mean = kind == NormKind::layer ? sum / 7 : 0;
      for (int64_t c = 0; c < 7; ++c) squares += std::pow(x.data<float>()[row * 7 + c] - mean, 2);
      const double scale = trace.at("norm.scale").tensor.data<float>()[row];
      EXPECT_NEAR(scale, 1 / std::sqrt(squares / 7 + 0.01), 1e-6);
      if (traced_mean != nullptr) {
        EXPECT_NEAR(traced_mean->tensor.data<float>()[row], mean, 1e-6);
      }
      for (int64_t c = 0; c < 7; ++c) {
        const double bias = norm.bias.defined() ? norm.bias.data<float>()[c] : 0;
        EXPECT_NEAR(y.data<float>()[row * 7 + c],
                    (x.data<float>()[row * 7 + c] - mean) * scale * norm.weight.data<float>()[c] + bias,
                    1e-5);
      }
    }
  }
}

TEST(TracedNorm, DoesNothingMoreWithoutATrace) {
  const Norm norm(4);
  const Tensor x = normal_rows({1, 2, 4}, 5, 0);
  Context context;
  EXPECT_EQ(traced_norm(norm, "norm", x, context).values<float>(), norm(x).values<float>());
}

}  // namespace
}  // namespace hodhod
