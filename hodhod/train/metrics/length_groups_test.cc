// SPDX-License-Identifier: Apache-2.0
#include "hodhod/train/metrics/length_groups.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "hodhod/base/rng.h"
#include "hodhod/base/testing.h"

namespace hodhod::metrics {
namespace {

TEST(LengthGroups, ByHand) {
  const std::vector<int64_t> lengths = {9, 1, 4, 2, 4, 8, 3, 4};
  const auto groups = groups_by_length(lengths, 2);
  ASSERT_EQ(groups.size(), 2u);
  // 1 2 3 | 4 4 4 8 9: the middle 4 is the fifth of eight.
  EXPECT_EQ(groups[0].members, (std::vector<size_t>{1, 3, 6}));
  EXPECT_EQ(groups[0].longest, 3);
  EXPECT_EQ(groups[1].members, (std::vector<size_t>{0, 2, 4, 5, 7}));
  EXPECT_EQ(groups[1].shortest, 4);
  EXPECT_EQ(groups[1].longest, 9);
}

TEST(LengthGroups, ContainEachTextOnceAndDoNotOverlap) {
  Rng rng(3);
  std::vector<int64_t> lengths;
  for (int i = 0; i < 500; ++i) lengths.push_back(1 + static_cast<int64_t>(rng.below(60)));
  for (const int64_t count : {1, 4, 7, 1000}) {
    const auto groups = groups_by_length(lengths, count);
    EXPECT_LE(std::ssize(groups), count);
    std::vector<size_t> all;
    int64_t before = 0;
    for (const LengthGroup& group : groups) {
      EXPECT_GT(group.shortest, before);
      before = group.longest;
      for (const size_t i : group.members) {
        EXPECT_GE(lengths[i], group.shortest);
        EXPECT_LE(lengths[i], group.longest);
      }
      if (count < 10) {
        EXPECT_NEAR(static_cast<double>(group.members.size()), 500.0 / static_cast<double>(count), 12);
      }
      all.insert(all.end(), group.members.begin(), group.members.end());
    }
    std::sort(all.begin(), all.end());
    std::vector<size_t> each(lengths.size());
    std::iota(each.begin(), each.end(), size_t{0});
    EXPECT_EQ(all, each);
  }
  EXPECT_EQ(groups_by_length(std::vector<int64_t>(5, 3), 4).size(), 1u);
  EXPECT_TRUE(groups_by_length({}, 4).empty());
  expect_error([] { groups_by_length({}, 0); }, "give one at least");
}

}  // namespace
}  // namespace hodhod::metrics
