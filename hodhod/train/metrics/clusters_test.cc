// SPDX-License-Identifier: Apache-2.0
#include "hodhod/train/metrics/clusters.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "hodhod/base/testing.h"
#include "hodhod/train/metrics/coherence.h"

namespace hodhod::metrics {
namespace {

// The example of Manning, Raghavan & Schütze (2008), figure 16.4: purity 0.71, NMI 0.36.
TEST(Clusters, TheBooksExample) {
  std::vector<int64_t> groups, classes;
  const auto add = [&](int64_t group, int64_t name, int count) {
    groups.insert(groups.end(), static_cast<size_t>(count), group);
    classes.insert(classes.end(), static_cast<size_t>(count), name);
  };
  add(0, 0, 5), add(0, 1, 1);
  add(1, 0, 1), add(1, 1, 4), add(1, 2, 1);
  add(2, 0, 2), add(2, 2, 3);
  const ClusterScore score = score_clusters(groups, classes);
  EXPECT_NEAR(score.purity, 12.0 / 17, 1e-12);
  EXPECT_NEAR(score.nmi, 0.36, 0.005);
}

TEST(Clusters, AgreementAndNone) {
  const std::vector<int64_t> classes = {0, 0, 1, 1};
  EXPECT_DOUBLE_EQ(score_clusters(std::vector<int64_t>{7, 7, 3, 3}, classes).nmi, 1);
  EXPECT_NEAR(score_clusters(std::vector<int64_t>{1, 2, 1, 2}, classes).nmi, 0, 1e-12);
  EXPECT_EQ(score_clusters(std::vector<int64_t>{1, 1, 1, 1}, classes).purity, 0.5);
  expect_error([] { score_clusters({}, {}); }, "clusters");
}

// Three texts shorter than a window, so windows are texts: a and b are together in two of three.
TEST(Coherence, ByHand) {
  const std::vector<std::vector<int64_t>> texts = {{1, 2, 5}, {2, 1}, {1, 3}},
                                          topics = {{1, 2}, {2, 3}, {1, 9}};
  const auto scores = coherence(topics, texts);
  ASSERT_EQ(scores.size(), 3U);
  // p(1) = 1, p(2) = p(1, 2) = 2/3: log(1) = 0.
  EXPECT_NEAR(scores[0].npmi, 0, 1e-9);
  EXPECT_NEAR(scores[0].umass, std::log((2.0 + 1) / 3), 1e-12);
  // 2 and 3 are never together.
  EXPECT_NEAR(scores[1].npmi, std::log(1e-12 / (2.0 / 9)) / -std::log(1e-12), 1e-9);
  EXPECT_NEAR(scores[1].umass, std::log(1.0 / 2), 1e-12);
  // 9 does not occur: no pair is left.
  EXPECT_EQ(scores[2].npmi, 0);
}

TEST(Coherence, WindowsOfTenWords) {
  std::vector<int64_t> text(12, 0);
  text[0] = 1, text[11] = 2;  // 12 words: 3 windows; 1 is in the first, 2 in the last, never both
  const auto scores =
      coherence(std::vector<std::vector<int64_t>>{{1, 2}}, std::vector<std::vector<int64_t>>{text});
  EXPECT_NEAR(scores[0].npmi, std::log(1e-12 / (1.0 / 9)) / -std::log(1e-12), 1e-9);
  EXPECT_NEAR(scores[0].umass, std::log(2.0), 1e-12);
}

}  // namespace
}  // namespace hodhod::metrics
