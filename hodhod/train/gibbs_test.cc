// SPDX-License-Identifier: Apache-2.0
#include "hodhod/train/gibbs.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "hodhod/base/rng.h"
#include "hodhod/base/testing.h"
#include "hodhod/base/threads.h"

namespace hodhod {
namespace {

// Texts of two kinds: words below 10, and words from 10 on; word 20 is in both.
TextWords two_kinds() {
  TextWords texts{.words = {}, .vocabulary = 21};
  Rng rng(4);
  for (int64_t d = 0; d < 40; ++d) {
    for (int i = 0; i < 30; ++i) {
      const auto word = static_cast<int32_t>(rng.below(11));
      texts.words.push_back(word == 10 ? 20 : static_cast<int32_t>(d % 2 * 10) + word);
    }
    texts.begin.push_back(std::ssize(texts.words));
  }
  return texts;
}

GibbsOptions two_topics() { return {.topics = 2, .alpha = 0.5, .eta = 0.1, .sweeps = 60, .seed = 3}; }

std::vector<double> fitted(const TextWords& texts, int threads) {
  const int before = thread_count();
  set_thread_count(threads);
  Gibbs gibbs(texts, two_topics());
  while (!gibbs.finished()) gibbs.advance();
  set_thread_count(before);
  return gibbs.topic_word().values();
}

TEST(Gibbs, FindsTwoKindsOfTexts) {
  const TextWords texts = two_kinds();
  const std::vector<double> counts = fitted(texts, 2);
  const int64_t first = counts[0] > counts[21] ? 0 : 1;
  for (size_t w = 0; w < 20; ++w) {
    const double own = counts[static_cast<size_t>(w < 10 ? first : 1 - first) * 21 + w];
    EXPECT_GT(own, 0.97 * (counts[w] + counts[21 + w])) << "word " << w;
  }
}

TEST(Gibbs, NoWordIsLostInASweep) {
  const TextWords texts = two_kinds();
  std::vector<double> expected(21);
  for (const int32_t word : texts.words) ++expected[static_cast<size_t>(word)];
  Gibbs gibbs(texts, two_topics());
  while (!gibbs.finished()) {
    gibbs.advance();
    const std::vector<double> counts = gibbs.topic_word().values();
    for (size_t w = 0; w < 21; ++w) EXPECT_NEAR(counts[w] + counts[21 + w], expected[w], 1e-9);
  }
}

TEST(Gibbs, TheNumberOfThreadsChangesNothing) {
  const TextWords texts = two_kinds();
  const std::vector<double> one = fitted(texts, 1);
  for (const int threads : {2, 3, 8}) EXPECT_EQ(fitted(texts, threads), one);
}

TEST(Gibbs, GoesOnFromACheckpointWithTheSameBits) {
  const TextWords texts = two_kinds();
  const std::vector<double> whole = fitted(texts, 2);
  for (const int64_t stop : {1, 7, 30, 45, 59}) {
    FittingState state;
    Gibbs first(texts, two_topics());
    for (int64_t i = 0; i < stop; ++i) first.advance();
    first.store(state);
    Gibbs second(texts, two_topics());
    second.restore(state);
    while (!second.finished()) second.advance();
    EXPECT_EQ(second.topic_word().values(), whole) << "stopped after " << stop;
  }
}

TEST(Gibbs, RefusesACheckpointOfOtherTexts) {
  const TextWords texts = two_kinds();
  TextWords other = texts;
  other.words.pop_back();
  --other.begin.back();
  FittingState state;
  Gibbs(texts, two_topics()).store(state);
  Gibbs gibbs(other, two_topics());
  expect_error([&] { gibbs.restore(state); }, "other texts");
  expect_error(
      [&] {
        Gibbs({.words = {}, .begin = {0, 0}, .vocabulary = 3}, two_topics());
      },
      "no text has a word");
}

}  // namespace
}  // namespace hodhod
