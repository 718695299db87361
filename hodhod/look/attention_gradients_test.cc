// SPDX-License-Identifier: Apache-2.0
#include "hodhod/look/attention_gradients.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "hodhod/base/rng.h"
#include "hodhod/ops/attention.h"

namespace hodhod::look {
namespace {

Tensor normal_values(const Shape& shape, uint64_t seed) {
  Tensor x = Tensor::empty(shape, DType::f64);
  Rng rng(seed);
  for (int64_t i = 0; i < x.numel(); ++i) x.data<double>()[i] = rng.normal();
  return x;
}

constexpr int64_t kTimes = 3, kKeys = 4, kHeads = 4, kKeyHeads = 2, kSize = 2;

// Σ dO ∘ (P V) for weights [H, T, S].
double result_of(const std::vector<double>& weights, const Tensor& dheads, const Tensor& values) {
  double sum = 0;
  for (int64_t h = 0; h < kHeads; ++h) {
    for (int64_t t = 0; t < kTimes; ++t) {
      for (int64_t s = 0; s < kKeys; ++s) {
        for (int64_t d = 0; d < kSize; ++d) {
          sum += weights[static_cast<size_t>((h * kTimes + t) * kKeys + s)] *
                 values.data<double>()[(s * kKeyHeads + h / 2) * kSize + d] *
                 dheads.data<double>()[(t * kHeads + h) * kSize + d];
        }
      }
    }
  }
  return sum;
}

// The softmax of scores [H, T, S] over the keys that a causal mask leaves (key s ≤ query t + 1).
std::vector<double> softmax_of_scores(const std::vector<double>& scores) {
  std::vector<double> weights(scores.size());
  for (size_t row = 0; row < scores.size() / kKeys; ++row) {
    double sum = 0;
    const size_t seen = std::min<size_t>(kKeys, row % kTimes + 2);
    for (size_t s = 0; s < seen; ++s) sum += weights[row * kKeys + s] = std::exp(scores[row * kKeys + s]);
    for (size_t s = 0; s < seen; ++s) weights[row * kKeys + s] /= sum;
  }
  return weights;
}

TEST(AttentionGradients, AreFiniteDifferences) {
  const Tensor q = normal_values({1, kTimes, kHeads, kSize}, 1),
               k = normal_values({1, kKeys, kKeyHeads, kSize}, 2);
  const Tensor values = normal_values({1, kKeys, kKeyHeads, kSize}, 3);
  const Tensor dheads = normal_values({1, kTimes, kHeads, kSize}, 4);
  AttentionOptions options{.causal = true};
  options.offset = Tensor::from<int64_t>({1}, {1});
  const Tensor probabilities = attention_weights(q, k, options);
  const AttentionGradients found = attention_gradients(dheads, values, probabilities);
  const std::vector<double> scores = attention_scores(q, k).values(), weights = probabilities.values();
  const std::vector<double> computed = softmax_of_scores(scores);
  constexpr double kStep = 1e-6;
  for (size_t i = 0; i < scores.size(); ++i) {
    ASSERT_NEAR(computed[i], weights[i], 1e-12);
    const auto slope = [&](const std::vector<double>& at, const auto& function) {
      std::vector<double> more = at, less = at;
      more[i] += kStep;
      less[i] -= kStep;
      return (function(more) - function(less)) / (2 * kStep);
    };
    EXPECT_NEAR(found.probabilities.values()[i],
                slope(weights, [&](const auto& w) { return result_of(w, dheads, values); }), 1e-8);
    EXPECT_NEAR(found.scores.values()[i],
                slope(scores, [&](const auto& s) { return result_of(softmax_of_scores(s), dheads, values); }),
                1e-8);
  }
}

}  // namespace
}  // namespace hodhod::look
