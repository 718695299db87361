// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/training/ngrams.h"

#include <gtest/gtest.h>

#include <map>

#include "hodhod/base/error.h"
#include "hodhod/base/rng.h"

namespace hodhod::text {
namespace {

TEST(Ngrams, CountsAsAMapDoes) {
  Rng rng(6);
  for (int order = 1; order <= kMaxNgramOrder; ++order) {
    NgramCounts counts(order);
    std::map<std::vector<int32_t>, int64_t> expected;
    for (int sequence = 0; sequence < 50; ++sequence) {
      std::vector<int32_t> ids;
      for (size_t i = rng.below(40); i > 0; --i) ids.push_back(static_cast<int32_t>(rng.below(12)));
      counts.add(ids);
      for (size_t i = 0; i + static_cast<size_t>(order) <= ids.size(); ++i) {
        ++expected[{ids.begin() + static_cast<long>(i), ids.begin() + static_cast<long>(i) + order}];
      }
    }
    EXPECT_EQ(counts.distinct(), static_cast<int64_t>(expected.size()));
    const auto sorted = counts.sorted();
    ASSERT_EQ(sorted.size(), expected.size());
    auto next = expected.begin();
    int64_t total = 0;
    for (const auto& [key, count] : sorted) {
      EXPECT_EQ(std::vector<int32_t>(key.begin(), key.begin() + order), next->first);
      EXPECT_EQ(count, next->second);
      EXPECT_EQ(counts.count(next->first), count);
      total += count;
      ++next;
    }
    EXPECT_EQ(counts.total(), total);
  }
}

TEST(Ngrams, UnseenAndShortOnes) {
  NgramCounts counts(2);
  counts.add(std::vector<int32_t>{7});
  EXPECT_EQ(counts.total(), 0);
  EXPECT_EQ(counts.count(std::vector<int32_t>{1, 2}), 0);
  EXPECT_THROW(counts.count(std::vector<int32_t>{1}), Error);
  EXPECT_THROW(NgramCounts(4), Error);
}

}  // namespace
}  // namespace hodhod::text
