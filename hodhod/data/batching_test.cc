// SPDX-License-Identifier: Apache-2.0
#include "hodhod/data/batching.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "hodhod/base/error.h"
#include "hodhod/base/rng.h"

namespace hodhod {
namespace {

std::vector<int64_t> some_lengths(int64_t count, uint64_t seed) {
  Rng rng(seed);
  std::vector<int64_t> lengths;
  for (int64_t i = 0; i < count; ++i) lengths.push_back(static_cast<int64_t>(rng.below(60)) + 1);
  return lengths;
}

std::vector<std::vector<int64_t>> epoch_of(BatchSampler& sampler) {
  std::vector<std::vector<int64_t>> batches;
  const int64_t count = sampler.batches_in_epoch();
  for (int64_t i = 0; i < count; ++i) {
    const auto batch = sampler.next();
    batches.emplace_back(batch.begin(), batch.end());
  }
  return batches;
}

TEST(Batching, EveryExampleOnceAnEpochWithinTheLimits) {
  const auto lengths = some_lengths(1000, 1);
  for (const bool shuffle : {true, false}) {
    for (const int64_t sides : {1, 2}) {
      BatchSampler sampler(lengths, {.max_tokens = 300, .max_examples = 20, .pool = 4, .shuffle = shuffle},
                           sides);
      for (int64_t epoch = 0; epoch < 3; ++epoch) {
        EXPECT_EQ(sampler.position(), (epoch == 0 ? BatchPosition{} : BatchPosition{epoch, 0}));
        std::set<int64_t> seen;
        for (const auto& batch : epoch_of(sampler)) {
          int64_t longest = 0;
          for (const int64_t i : batch) {
            EXPECT_TRUE(seen.insert(i).second);
            for (int64_t s = 0; s < sides; ++s) longest = std::max(longest, lengths[i * sides + s]);
          }
          EXPECT_LE(longest * static_cast<int64_t>(batch.size()), 300);
          EXPECT_LE(batch.size(), 20u);
          EXPECT_GE(batch.size(), 1u);
        }
        EXPECT_EQ(static_cast<int64_t>(seen.size()), 1000 / sides);
        sampler.seek({epoch + 1, 0});
      }
    }
  }
}

TEST(Batching, LikeLengthsLieTogether) {
  const auto lengths = some_lengths(5000, 2);
  BatchSampler sampler(lengths, {.max_tokens = 1000});
  int64_t padded = 0, tokens = 0;
  for (const auto& batch : epoch_of(sampler)) {
    int64_t longest = 0;
    for (const int64_t i : batch) {
      longest = std::max(longest, lengths[i]);
      tokens += lengths[i];
    }
    padded += longest * static_cast<int64_t>(batch.size());
  }
  EXPECT_GT(static_cast<double>(tokens) / static_cast<double>(padded), 0.95);
}

TEST(Batching, OrdersDifferBetweenEpochsAndSeedsAndAreReproduced) {
  const auto lengths = some_lengths(500, 3);
  BatchSampler a(lengths, {.max_tokens = 200, .seed = 5}), b(lengths, {.max_tokens = 200, .seed = 5});
  BatchSampler other(lengths, {.max_tokens = 200, .seed = 6});
  const auto first = epoch_of(a);
  EXPECT_EQ(first, epoch_of(b));
  EXPECT_NE(first, epoch_of(other));
  a.seek({1, 0});
  b.seek({1, 0});
  const auto second = epoch_of(a);
  EXPECT_NE(first, second);
  EXPECT_EQ(second, epoch_of(b));
}

TEST(Batching, GoesOnFromEveryPlace) {
  const auto lengths = some_lengths(200, 4);
  const BatchOptions options = {.max_tokens = 150, .seed = 9};
  BatchSampler whole(lengths, options);
  std::vector<std::vector<int64_t>> all;
  std::vector<BatchPosition> places;
  for (int i = 0; i < 150; ++i) {
    places.push_back(whole.position());
    const auto batch = whole.next();
    all.emplace_back(batch.begin(), batch.end());
  }
  for (size_t start = 0; start < all.size(); start += 7) {
    BatchSampler resumed(lengths, options);
    resumed.seek(places[start]);
    for (size_t i = start; i < std::min(start + 12, all.size()); ++i) {
      EXPECT_EQ(resumed.position(), places[i]);
      EXPECT_TRUE(std::ranges::equal(resumed.next(), all[i])) << start << " " << i;
    }
  }
}

TEST(Batching, LongExamplesStandAlone) {
  BatchSampler sampler({5, 100, 5, 0}, {.max_tokens = 10, .shuffle = false});
  EXPECT_EQ(epoch_of(sampler), (std::vector<std::vector<int64_t>>{{0}, {1}, {2, 3}}));
}

TEST(Batching, NonsenseIsRefused) {
  EXPECT_THROW(BatchSampler({}), Error);
  EXPECT_THROW(BatchSampler({1}, {.max_tokens = 0}), Error);
  EXPECT_THROW(BatchSampler({1, 2, 3}, {}, 2), Error);
  BatchSampler sampler({1, 2, 3});
  EXPECT_THROW(sampler.seek({0, 99}), Error);
  EXPECT_THROW(sampler.seek({-1, 0}), Error);
}

TEST(Windows, InOrderEachTokenIsATargetOnce) {
  for (const int64_t tokens : {2, 5, 16, 17, 18, 100, 129}) {
    WindowSampler sampler(tokens, {.length = 8, .batch = 2, .order = WindowOrder::in_order});
    std::vector<int> targets(tokens);
    int64_t steps = 0;
    for (auto windows = sampler.next(); !windows.empty(); windows = sampler.next(), ++steps) {
      for (const Window& w : windows) {
        for (int64_t i = w.begin + 1; i <= w.begin + w.length; ++i) ++targets[i];
      }
    }
    EXPECT_EQ(targets[0], 0);
    EXPECT_TRUE(std::all_of(targets.begin() + 1, targets.end(), [](int n) { return n == 1; })) << tokens;
    EXPECT_EQ(steps, sampler.steps_in_epoch());
  }
}

TEST(Windows, ContinuousOnesGoOnWhereTheirRowEnded) {
  for (const int64_t tokens : {6, 7, 41, 42, 100, 101, 123}) {
    const WindowOptions options{.length = 8, .batch = 5, .order = WindowOrder::continuous};
    WindowSampler sampler(tokens, options);
    std::vector<int> targets(tokens);
    std::vector<Window> before;
    int64_t steps = 0;
    for (auto windows = sampler.next(); !windows.empty(); windows = sampler.next(), ++steps) {
      ASSERT_EQ(windows.size(), 5);
      for (size_t r = 0; r < windows.size(); ++r) {
        const Window& w = windows[r];
        if (steps > 0) {
          EXPECT_EQ(w.begin, before[r].begin + before[r].length);
        }
        for (int64_t i = w.begin + 1; i <= w.begin + w.length; ++i) ++targets.at(i);
      }
      before = windows;
    }
    EXPECT_EQ(steps, sampler.steps_in_epoch()) << tokens;
    EXPECT_TRUE(std::all_of(targets.begin() + 1, targets.end(), [](int n) { return n == 1; })) << tokens;
    WindowSampler later(tokens, options);
    later.seek(steps - 1);
    EXPECT_EQ(later.next(), before);
  }
  EXPECT_THROW(WindowSampler(5, {.batch = 5, .order = WindowOrder::continuous}), Error);
}

TEST(Windows, RandomOnesCoverTheStreamAndResume) {
  const WindowOptions options = {.length = 8, .batch = 4, .seed = 3};
  WindowSampler sampler(30, options);
  std::vector<int> begins(22);
  for (int step = 0; step < 2000; ++step) {
    for (const Window& w : sampler.next()) {
      EXPECT_EQ(w.length, 8);
      ++begins.at(w.begin);
    }
  }
  // Places 0 to 21: the last leaves a target for its last token.
  for (const int n : begins) EXPECT_NEAR(n, 8000 / 22, 5 * std::sqrt(8000 / 22));
  WindowSampler again(30, options), later(30, options);
  later.seek(3);
  for (int step = 0; step < 3; ++step) again.next();
  EXPECT_EQ(again.next(), later.next());
  EXPECT_THROW(WindowSampler(8, options), Error);
  EXPECT_THROW(WindowSampler(1, {.order = WindowOrder::in_order}), Error);
}

}  // namespace
}  // namespace hodhod
