// SPDX-License-Identifier: Apache-2.0
// How a classifier makes one vector of a sequence's states, by hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "hodhod/models/heads.h"
#include "hodhod/nn/test_context.h"
#include "hodhod/tensor/tape.h"

namespace hodhod {
namespace {

using testing::FloatNear;
using testing::Pointwise;

// Two sequences of 3 and 2 states of two channels; the last state of the second is padding.
HiddenStates padded_states() {
  return {Tensor::from(std::vector<float>{1, 9, 2, 4, 6, 5, /**/ 3, 1, -1, 7, 100, 100}, {2, 3, 2}),
          Tensor::from(std::vector<int64_t>{3, 2}, {2})};
}

std::vector<float> pooled_by(StatePooling pooling, bool both_directions = false) {
  const NoGrad off;
  ClassificationHead head{.pooler = std::nullopt,
                          .classifier = Linear(2, 2, false),
                          .pooling = pooling,
                          .both_directions = both_directions};
  copy(Tensor::from(std::vector<float>{1, 0, 0, 1}, {2, 2}), head.classifier.weight);
  if (pooling == StatePooling::attention) {
    head.attention.emplace(2, 1, false);
    copy(Tensor::from(std::vector<float>{0.5F, -0.25F}, {1, 2}), head.attention->weight);
  }
  return head(padded_states(), plain()).values<float>();
}

void expect_pooled(const std::vector<float>& found, const std::vector<float>& expected) {
  EXPECT_THAT(found, Pointwise(FloatNear(1e-6F), expected));
}

TEST(Pooling, TakesNoPadding) {
  expect_pooled(pooled_by(StatePooling::first), {1, 9, 3, 1});
  expect_pooled(pooled_by(StatePooling::last), {6, 5, -1, 7});
  expect_pooled(pooled_by(StatePooling::max), {6, 9, 3, 7});
  expect_pooled(pooled_by(StatePooling::mean), {3, 6, 1, 4});
}

TEST(Pooling, TheLastStateOfTheReverseDirectionIsAtTheFirstToken) {
  expect_pooled(pooled_by(StatePooling::last, true), {6, 9, -1, 1});
}

TEST(Pooling, AttentionWeighsStates) {
  std::vector<float> expected;
  for (const std::vector<std::vector<double>>& states :
       {std::vector<std::vector<double>>{{1, 9}, {2, 4}, {6, 5}}, {{3, 1}, {-1, 7}}}) {
    double total = 0, x = 0, y = 0;
    for (const auto& state : states) {
      const double weight = std::exp(0.5 * state[0] - 0.25 * state[1]);
      total += weight;
      x += weight * state[0];
      y += weight * state[1];
    }
    expected.push_back(static_cast<float>(x / total));
    expected.push_back(static_cast<float>(y / total));
  }
  expect_pooled(pooled_by(StatePooling::attention), expected);
}

}  // namespace
}  // namespace hodhod
