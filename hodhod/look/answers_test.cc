// SPDX-License-Identifier: Apache-2.0
#include "hodhod/look/answers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace hodhod::look {
namespace {

TEST(LookAnswers, SumsAndEntropyOfADistribution) {
  const std::vector<float> logits = {std::log(1.0f), std::log(2.0f), std::log(1.0f), std::log(4.0f)};
  const Distribution found = distribution_of(logits, 3);
  EXPECT_NEAR(found.log_sum, std::log(8.0), 1e-6);
  EXPECT_NEAR(found.entropy_bits, 0.5 * 1 + 0.25 * 2 + 0.25 * 3, 1e-6);
  EXPECT_THAT(found.best, testing::ElementsAre(3, 1, 0));
  EXPECT_EQ(rank_of(logits, 3), 1);
  EXPECT_EQ(rank_of(logits, 0), 3);
  EXPECT_EQ(rank_of(logits, 2), 4) << "of equal ones the first comes first";
  const std::vector<float> even(1024, -3.0f);
  EXPECT_NEAR(distribution_of(even, 1).entropy_bits, 10, 1e-9);
}

TEST(LookAnswers, LogitsThatAreNotFinite) {
  constexpr float kNever = -std::numeric_limits<float>::infinity();
  const std::vector<float> some = {kNever, 0, kNever};
  EXPECT_NEAR(distribution_of(some, 1).entropy_bits, 0, 1e-12);
  EXPECT_EQ(distribution_of(some, 1).best, std::vector<int64_t>{1});
  const std::vector<float> broken = {std::numeric_limits<float>::quiet_NaN(), 1, 2};
  EXPECT_EQ(distribution_of(broken, 2).best, (std::vector<int64_t>{2, 1}));
}

}  // namespace
}  // namespace hodhod::look
