// SPDX-License-Identifier: Apache-2.0
#include "hodhod/train/factorisation.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "hodhod/base/rng.h"
#include "hodhod/base/testing.h"
#include "hodhod/base/threads.h"

namespace hodhod {
namespace {

constexpr int64_t kWords = 12;

// Texts that take two thirds of their words from one third of the vocabulary.
TextWords three_kinds() {
  TextWords texts{.words = {}, .vocabulary = kWords};
  Rng rng(8);
  for (int32_t d = 0; d < 60; ++d) {
    for (int i = 0; i < 12; ++i) {
      const auto word = static_cast<int32_t>(rng.below(kWords));
      texts.words.push_back(i % 3 == 0 ? word : d % 3 * 4 + word % 4);
    }
    texts.begin.push_back(std::ssize(texts.words));
  }
  return texts;
}

FactorisationOptions three_topics() { return {.topics = 3, .sweeps = 400, .seed = 2}; }

Factorisation factorised(const TextWords& texts, int threads = 2) {
  const int before = thread_count();
  set_thread_count(threads);
  Factorisation factorisation(texts, three_topics());
  while (!factorisation.finished()) factorisation.advance();
  set_thread_count(before);
  return factorisation;
}

// The factors as they are stored: W [D, K] and H transposed [V, K].
std::vector<std::vector<double>> factors(const Factorisation& factorisation) {
  FittingState state;
  factorisation.store(state);
  return {state.tensors[0].second.values(), state.tensors[1].second.values()};
}

// X, from its formula.
std::vector<double> dense(const TextWords& texts) {
  std::vector<double> x(static_cast<size_t>(texts.texts() * kWords)), df(kWords);
  for (size_t d = 0; d < static_cast<size_t>(texts.texts()); ++d) {
    for (int64_t i = texts.begin[d]; i < texts.begin[d + 1]; ++i)
      x[d * kWords + static_cast<size_t>(texts.words[static_cast<size_t>(i)])] += 1;
    for (size_t w = 0; w < kWords; ++w) df[w] += x[d * kWords + w] > 0 ? 1 : 0;
  }
  for (size_t d = 0; d < static_cast<size_t>(texts.texts()); ++d) {
    double square = 0;
    for (size_t w = 0; w < kWords; ++w) {
      double& value = x[d * kWords + w];
      value *= std::log((1.0 + static_cast<double>(texts.texts())) / (1 + df[w])) + 1;
      square += value * value;
    }
    for (size_t w = 0; w < kWords; ++w) x[d * kWords + w] /= std::sqrt(square);
  }
  return x;
}

TEST(Factorisation, EachSweepLeavesLess) {
  const TextWords texts = three_kinds();
  Factorisation factorisation(texts, three_topics());
  double before = 1e9;
  for (int i = 0; i < 40; ++i) {
    factorisation.advance();
    EXPECT_LE(factorisation.left(), before + 1e-12);
    before = factorisation.left();
  }
}

// At a minimum, the slope of ½ |X − W H|² is 0 for a positive element, and not negative for one that is 0.
TEST(Factorisation, EndsAtAMinimum) {
  const TextWords texts = three_kinds();
  const Factorisation factorisation = factorised(texts);
  const auto both = factors(factorisation);
  const std::vector<double> x = dense(texts), &w = both[0], &h = both[1];
  const auto count = static_cast<size_t>(texts.texts());
  std::vector<double> residual(x);
  double square = 0, left = 0;
  for (size_t d = 0; d < count; ++d) {
    for (size_t v = 0; v < kWords; ++v) {
      for (size_t k = 0; k < 3; ++k) residual[d * kWords + v] -= w[d * 3 + k] * h[v * 3 + k];
      square += x[d * kWords + v] * x[d * kWords + v];
      left += residual[d * kWords + v] * residual[d * kWords + v];
    }
  }
  EXPECT_NEAR(factorisation.left(), left / square, 1e-10);
  const auto expect_minimum = [](double value, double slope) {
    EXPECT_GE(value, 0);
    EXPECT_GT(slope, -1e-6);
    EXPECT_LT(slope, value > 1e-9 ? 1e-6 : 10);
  };
  for (size_t k = 0; k < 3; ++k) {
    for (size_t d = 0; d < count; ++d) {
      double slope = 0;
      for (size_t v = 0; v < kWords; ++v) slope -= residual[d * kWords + v] * h[v * 3 + k];
      expect_minimum(w[d * 3 + k], slope);
    }
    for (size_t v = 0; v < kWords; ++v) {
      double slope = 0;
      for (size_t d = 0; d < count; ++d) slope -= residual[d * kWords + v] * w[d * 3 + k];
      expect_minimum(h[v * 3 + k], slope);
    }
  }
}

TEST(Factorisation, TheNumberOfThreadsChangesNothing) {
  const TextWords texts = three_kinds();
  const auto one = factors(factorised(texts, 1));
  for (const int threads : {2, 3, 8}) EXPECT_EQ(factors(factorised(texts, threads)), one);
}

TEST(Factorisation, GoesOnFromACheckpointWithTheSameBits) {
  const TextWords texts = three_kinds();
  const auto whole = factors(factorised(texts));
  for (const int64_t stop : {1, 30, 399}) {
    FittingState state;
    Factorisation first(texts, three_topics());
    for (int64_t i = 0; i < stop; ++i) first.advance();
    first.store(state);
    Factorisation second(texts, three_topics());
    second.restore(state);
    while (!second.finished()) second.advance();
    EXPECT_EQ(factors(second), whole) << "stopped after " << stop;
  }
  FittingState other;
  Factorisation(texts, {.topics = 2}).store(other);
  Factorisation factorisation(texts, three_topics());
  expect_error([&] { factorisation.restore(other); }, "another number of topics");
  expect_error(
      [] {
        Factorisation({.words = {}, .begin = {0, 0}, .vocabulary = 3}, {});
      },
      "no text has a word");
}

}  // namespace
}  // namespace hodhod
