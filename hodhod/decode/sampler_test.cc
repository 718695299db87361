// SPDX-License-Identifier: Apache-2.0
#include "hodhod/decode/sampler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "hodhod/base/rng.h"

namespace hodhod {
namespace {

using testing::ElementsAre;

constexpr float kImpossible = -std::numeric_limits<float>::infinity();

TEST(Sampling, FrequenciesAreTheProbabilities) {
  const std::vector<float> scores{0, 1, 2, kImpossible};
  const int n = 40000;
  std::vector<int> counts(4);
  Rng rng(5);
  const DecodeOptions options{.do_sample = true, .temperature = 2};
  for (int i = 0; i < n; ++i) ++counts[static_cast<size_t>(sample(options, scores, rng))];
  double total = 0;
  for (int i = 0; i < 3; ++i) total += std::exp(i / 2.0);
  for (int i = 0; i < 3; ++i)
    EXPECT_NEAR(counts[static_cast<size_t>(i)], n * std::exp(i / 2.0) / total, 4 * 100);
  EXPECT_EQ(counts[3], 0);
}

TEST(Sampling, AShareOfManyTokensIsThatOfAllOfThemSorted) {
  Rng rng(3);
  std::vector<float> scores(1000);
  for (float& score : scores) score = static_cast<float>(rng.normal());
  std::vector<float> sorted = scores;
  std::sort(sorted.rbegin(), sorted.rend());
  double total = 0;
  for (const float score : sorted) total += std::exp(score);
  for (const double share : {0.001, 0.05, 0.3, 0.9, 0.9999}) {
    double sum = 0;
    size_t kept = 0;
    while (sum < share * total) sum += std::exp(sorted[kept++]);
    const float least = sorted[kept - 1];
    float drawn = scores[0];
    for (int i = 0; i < 200; ++i) {
      const float score =
          scores[static_cast<size_t>(sample({.do_sample = true, .top_p = share}, scores, rng))];
      EXPECT_GE(score, least) << share;
      drawn = std::min(drawn, score);
    }
    EXPECT_LE(drawn, sorted[kept / 2]);  // not the first few alone
  }
}

// The draws from many tokens, some of them impossible, at several temperatures: as often as they are likely.
TEST(Sampling, ManyTokensAreDrawnAsOftenAsTheyAreLikely) {
  constexpr size_t kTokens = 1000, kGroups = 10;
  Rng rng(11);
  std::vector<float> scores(kTokens);
  for (float& score : scores) score = rng.below(4) == 0 ? kImpossible : static_cast<float>(2 * rng.normal());
  for (const double temperature : {0.5, 1.0, 1.7}) {
    std::vector<double> expected(kGroups);
    double total = 0;
    for (size_t i = 0; i < kTokens; ++i) {
      expected[i % kGroups] += std::exp(scores[i] / temperature);
      total += std::exp(scores[i] / temperature);
    }
    const int n = 20000;
    std::vector<int> counts(kGroups);
    for (int i = 0; i < n; ++i) {
      const auto token =
          static_cast<size_t>(sample({.do_sample = true, .temperature = temperature}, scores, rng));
      ASSERT_GT(scores[token], kImpossible);
      ++counts[token % kGroups];
    }
    for (size_t g = 0; g < kGroups; ++g) {
      const double p = expected[g] / total;
      EXPECT_NEAR(counts[g], n * p, 4.5 * std::sqrt(n * p * (1 - p)) + 1) << temperature << " " << g;
    }
  }
  EXPECT_EQ(sample({.do_sample = true, .temperature = 1e-40}, scores, rng), likeliest(scores));
}

// Of equal tokens, the lower ones are in the nucleus.
TEST(Sampling, TokensOfTheNucleusAreDrawnAsOftenAsTheyAreLikely) {
  constexpr size_t kTokens = 700;
  Rng rng(13);
  std::vector<float> scores(kTokens);
  for (float& score : scores)
    score = rng.below(5) == 0 ? kImpossible : 0.5F * static_cast<float>(rng.below(12));
  std::vector<size_t> order(kTokens);
  for (size_t i = 0; i < kTokens; ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return scores[a] > scores[b]; });
  double total = 0;
  for (const float score : scores) total += std::exp(static_cast<double>(score));
  for (const double share : {0.05, 0.5, 0.9}) {
    std::vector<double> p(kTokens);
    double sum = 0;
    for (size_t i = 0; sum < share * total; ++i) sum += p[order[i]] = std::exp(scores[order[i]]);
    const int n = 40000;
    std::vector<double> counts(kTokens);
    for (int i = 0; i < n; ++i)
      ++counts[static_cast<size_t>(sample({.do_sample = true, .top_p = share}, scores, rng))];
    double statistic = 0, freedom = -1;
    for (size_t i = 0; i < kTokens; ++i) {
      const double expected = n * p[i] / sum;
      if (expected == 0) {
        ASSERT_EQ(counts[i], 0) << i;
        continue;
      }
      statistic += (counts[i] - expected) * (counts[i] - expected) / expected;
      ++freedom;
    }
    EXPECT_NEAR(statistic, freedom, 4 * std::sqrt(2 * freedom)) << share;
  }
}

TEST(Sampling, TheGreatestScoresAreThoseOfASort) {
  Rng rng(7);
  for (const size_t size : {1U, 15U, 16U, 17U, 100U, 999U}) {
    std::vector<float> scores(size);
    for (float& score : scores) score = static_cast<float>(rng.below(60));
    std::vector<Candidate> sorted;
    for (size_t i = 0; i < size; ++i) sorted.push_back({static_cast<int64_t>(i), scores[i]});
    std::stable_sort(sorted.begin(), sorted.end(), [](auto& a, auto& b) { return a.score > b.score; });
    for (const int64_t count : {0, 1, 2, 16, 40, 2000}) {
      const auto found = top_candidates(scores, count);
      ASSERT_EQ(std::ssize(found), std::min(count, static_cast<int64_t>(size)));
      for (size_t i = 0; i < found.size(); ++i)
        EXPECT_EQ(found[i].token, sorted[i].token) << size << " " << i;
    }
  }
}

TEST(Sampling, LogOfASum) {
  Rng rng(2);
  std::vector<float> scores(997);
  for (float& score : scores) score = static_cast<float>(5 * rng.normal()) - 80;
  scores[3] = kImpossible;
  double sum = 0;
  for (const float score : scores) sum += std::exp(static_cast<double>(score));
  EXPECT_NEAR(log_sum_exp(scores), std::log(sum), 1e-6);
  EXPECT_EQ(log_sum_exp(std::vector<float>{kImpossible, kImpossible}), kImpossible);
  scores[500] = scores[700] = 1;
  EXPECT_EQ(likeliest(scores), 500);
}

TEST(Sampling, TruncationKeepsTheLikeliest) {
  const std::vector<float> scores{std::log(0.1f), std::log(0.5f), std::log(0.15f), std::log(0.25f)};
  const auto drawn = [&](DecodeOptions options) {
    options.do_sample = true;
    std::vector<bool> seen(4);
    Rng rng(1);
    for (int i = 0; i < 500; ++i) seen[static_cast<size_t>(sample(options, scores, rng))] = true;
    return seen;
  };
  EXPECT_THAT(drawn({}), ElementsAre(true, true, true, true));
  EXPECT_THAT(drawn({.top_k = 2}), ElementsAre(false, true, false, true));
  EXPECT_THAT(drawn({.top_p = 0.7}), ElementsAre(false, true, false, true));
  EXPECT_THAT(drawn({.top_p = 0.8}), ElementsAre(false, true, true, true));
  EXPECT_THAT(drawn({.min_p = 0.4}), ElementsAre(false, true, false, true));
  EXPECT_THAT(drawn({.top_p = 0.01}), ElementsAre(false, true, false, false));
  EXPECT_THAT(drawn({.top_p = 0}), ElementsAre(false, true, false, false));
  // The entropy is 1.208; the surprises 2.303, 0.693, 1.897 and 1.386.
  EXPECT_THAT(drawn({.typical_p = 0.2}), ElementsAre(false, false, false, true));
  EXPECT_THAT(drawn({.typical_p = 0.5}), ElementsAre(false, true, false, true));
  EXPECT_THAT(drawn({.typical_p = 0.8}), ElementsAre(false, true, true, true));
  EXPECT_THAT(drawn({.epsilon_cutoff = 0.2}), ElementsAre(false, true, false, true));
  EXPECT_THAT(drawn({.epsilon_cutoff = 0.9}), ElementsAre(false, true, false, false));
  // √0.16 e^−1.208 = 0.1195; √0.9 e^−1.208 = 0.283.
  EXPECT_THAT(drawn({.eta_cutoff = 0.16}), ElementsAre(false, true, true, true));
  EXPECT_THAT(drawn({.eta_cutoff = 0.9}), ElementsAre(false, true, false, false));
}

}  // namespace
}  // namespace hodhod
