// SPDX-License-Identifier: Apache-2.0
#include "hodhod/data/held_out.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>

#include "hodhod/base/error.h"

namespace hodhod {
namespace {

using testing::ElementsAre;

TEST(HeldOut, AreSpreadEvenly) {
  EXPECT_THAT(held_out(8, 0.25), ElementsAre(false, false, false, true, false, false, false, true));
  EXPECT_THAT(held_out(3, 0.0), ElementsAre(false, false, false));
  EXPECT_THAT(held_out(1, 0.9), ElementsAre(false));
  const auto out = held_out(1000, 0.123);
  EXPECT_EQ(std::count(out.begin(), out.end(), true), 123);
}

TEST(HeldOut, EveryLabelHasItsShareAndStaysInTraining) {
  // Labels of 200, 50, 7, 2 and 1 examples, mixed.
  std::vector<std::vector<std::string>> labels;
  const std::map<std::string, int> sizes = {{"a", 200}, {"b", 50}, {"c", 7}, {"d", 2}, {"e", 1}};
  for (int i = 0; i < 200; ++i) {
    for (const auto& [label, size] : sizes) {
      if (i * size / 200 != (i + 1) * size / 200) labels.push_back({label});
    }
  }
  ASSERT_EQ(labels.size(), 260);
  for (double share : {0.05, 0.1, 0.25, 0.5, 0.9, 0.99}) {
    const auto out = held_out(labels, share);
    std::map<std::string, double> taken;
    for (size_t i = 0; i < labels.size(); ++i) taken[labels[i][0]] += out[i];
    for (const auto& [label, size] : sizes) {
      EXPECT_LE(taken[label], size - 1) << label << " " << share;
      if (size > 2 && share <= 0.5) {
        EXPECT_NEAR(taken[label], size * share, 1) << label << " " << share;
      }
    }
    EXPECT_EQ(out, held_out(labels, share));
  }
}

TEST(HeldOut, ASentenceWithTheOnlyOneOfATagStays) {
  const std::vector<std::vector<std::string>> tags = {{"O", "B-PER"}, {"O"}, {"O", "O", "B-LOC"}, {"O"},
                                                      {"B-PER", "O"}, {"O"}, {"B-MISC"}};
  for (double share : {0.2, 0.5, 0.8}) {
    const auto out = held_out(tags, share);
    EXPECT_FALSE(out[2]);
    EXPECT_FALSE(out[6]);
    EXPECT_FALSE(out[0] && out[4]);
    EXPECT_TRUE(std::count(out.begin(), out.end(), true) > 0);
  }
}

TEST(HeldOut, AShareIsFromZeroToBelowOne) {
  for (double share : {-1.0, 1.0, 2.0, std::nan(""), std::numeric_limits<double>::infinity()})
    EXPECT_THROW(held_out(10, share), Error) << share;
}

TEST(HeldOut, AreTakenFromTheExamples) {
  std::vector<std::string> examples = {"a", "b", "c", "d"};
  EXPECT_THAT(take_out(examples, held_out(4, 0.5)), ElementsAre("b", "d"));
  EXPECT_THAT(examples, ElementsAre("a", "c"));
}

}  // namespace
}  // namespace hodhod
