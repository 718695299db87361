// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/encoded_texts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace hodhod {
namespace {

using testing::ElementsAre;

TEST(EncodedTexts, BatchesHoldEachExampleOnce) {
  const std::vector<int64_t> lengths = {5, 1, 30, 7, 7, 2, 0, 12};
  std::vector<int64_t> seen;
  for (const auto& rows : batches_by_length(lengths, 14)) {
    int64_t longest = 0;
    for (int64_t row : rows) {
      longest = std::max(longest, lengths[static_cast<size_t>(row)]);
      seen.push_back(row);
    }
    EXPECT_TRUE(rows.size() == 1 || longest * static_cast<int64_t>(rows.size()) <= 14);
  }
  std::sort(seen.begin(), seen.end());
  EXPECT_THAT(seen, ElementsAre(0, 1, 2, 3, 4, 5, 6, 7));
}

}  // namespace
}  // namespace hodhod
