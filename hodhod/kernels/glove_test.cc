// SPDX-License-Identifier: Apache-2.0
#include "hodhod/kernels/glove.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "hodhod/kernels/kernels.h"
#include "hodhod/kernels/test_values.h"

namespace hodhod::kernels {
namespace {

constexpr int64_t kGloveRows = 6, kGloveGroups = 3;

template <class T>
struct GloveProblem {
  explicit GloveProblem(int64_t width, int64_t count) : columns(width) {
    Rng rng(5);
    for (int64_t g = 0; g < kGloveGroups; ++g) {
      for (int64_t i = 0; i < count; ++i) {
        const auto row = [&] {
          return static_cast<int32_t>(rng.below(kGloveRows / kGloveGroups) * kGloveGroups + g);
        };
        pairs.push_back({row(), row(), 4 * rng.uniform() - 1, rng.uniform()});
      }
      begin.push_back(static_cast<int64_t>(pairs.size()));
    }
    for (int side = 0; side < 2; ++side) {
      vectors[side] = random_values<T>(kGloveRows * columns, 1 + side);
      for (T& value : vectors[side]) value /= 4;
      squares[side].assign(kGloveRows * columns, 1);
      biases[side] = random_values<T>(kGloveRows, 3 + side);
      bias_squares[side].assign(kGloveRows, 1);
    }
  }

  GloveTable<T> table(int side) {
    return {vectors[side].data(), squares[side].data(), biases[side].data(), bias_squares[side].data()};
  }

  // All tables, then the losses.
  std::vector<T> run(double rate) {
    std::vector<double> loss(kGloveGroups);
    cpu_kernels<T>().glove({.groups = kGloveGroups,
                            .columns = columns,
                            .begin = begin.data(),
                            .pairs = pairs.data(),
                            .rate = static_cast<T>(rate),
                            .words = table(0),
                            .contexts = table(1),
                            .loss = loss.data()});
    std::vector<T> all;
    for (int side = 0; side < 2; ++side) {
      for (const auto* values : {&vectors[side], &squares[side], &biases[side], &bias_squares[side]})
        all.insert(all.end(), values->begin(), values->end());
    }
    for (const double one : loss) all.push_back(static_cast<T>(one));
    return all;
  }

  double loss_of(const GlovePair& pair) const {
    double error = biases[0][pair.word] + biases[1][pair.context] - pair.log_count;
    for (int64_t k = 0; k < columns; ++k)
      error += vectors[0][pair.word * columns + k] * vectors[1][pair.context * columns + k];
    return 0.5 * pair.weight * error * error;
  }

  int64_t columns;
  std::vector<int64_t> begin = {0};
  std::vector<GlovePair> pairs;
  std::vector<T> vectors[2], squares[2], biases[2], bias_squares[2];
};

TEST(Glove, MatchesTheTwinOnEveryTarget) {
  cpu::for_each_target([&](const char* target) {
    for (int64_t columns : {1, 7, 16, 50, 112}) {
      for (int64_t count : {0, 1, 20}) {
        expect_near(GloveProblem<float>(columns, count).run(0.05),
                    GloveProblem<double>(columns, count).run(0.05), 1e-4,
                    std::to_string(count) + "×" + std::to_string(columns) + " " + target);
      }
    }
  });
}

// With sums of squares that are 1, the first step goes down the gradient.
TEST(Glove, AStepIsTheGradientOfTheLoss) {
  GloveProblem<double> problem(4, 1), stepped(4, 1);
  constexpr double kRate = 1e-3, kStep = 1e-6;
  stepped.run(kRate);
  for (const GlovePair& pair : problem.pairs) {
    const auto slope = [&](double& value) {
      const double kept = std::exchange(value, value + kStep), above = problem.loss_of(pair);
      value = kept - kStep;
      const double below = problem.loss_of(pair);
      value = kept;
      return (above - below) / (2 * kStep);
    };
    for (int side = 0; side < 2; ++side) {
      const int32_t row = side == 0 ? pair.word : pair.context;
      for (int64_t k = 0; k < 4; ++k) {
        double& value = problem.vectors[side][row * 4 + k];
        EXPECT_NEAR(stepped.vectors[side][row * 4 + k] - value, -kRate * slope(value), 1e-7);
      }
      EXPECT_NEAR(stepped.biases[side][row] - problem.biases[side][row], -slope(problem.biases[side][row]),
                  1e-5);
    }
  }
}

TEST(Glove, AGradientIsClipped) {
  GloveProblem<float> problem(3, 1);
  for (GlovePair& pair : problem.pairs) pair = {pair.word, pair.context, 1e9f, 1.0f};
  const std::vector<float> before = problem.vectors[0];
  const auto after = problem.run(0.05);
  for (size_t i = 0; i < before.size(); ++i) EXPECT_LE(std::abs(after[i] - before[i]), 0.05f * 100 * 1.0001f);
}

TEST(Glove, DoesNotDependOnThreads) {
  expect_threads_agree([] { return GloveProblem<float>(100, 50).run(0.05); });
}

}  // namespace
}  // namespace hodhod::kernels
