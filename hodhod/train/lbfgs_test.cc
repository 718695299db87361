// SPDX-License-Identifier: Apache-2.0
#include "hodhod/train/lbfgs.h"

#include <gtest/gtest.h>

#include <cmath>

#include "hodhod/base/rng.h"
#include "hodhod/base/threads.h"

namespace hodhod {
namespace {

// Rosenbrock's valley in n dimensions, with its minimum 0 at (1, …, 1).
double valley(std::span<const double> x, std::span<double> gradient) {
  std::fill(gradient.begin(), gradient.end(), 0.0);
  double sum = 0;
  for (size_t i = 0; i + 1 < x.size(); ++i) {
    const double a = x[i + 1] - x[i] * x[i], b = 1 - x[i];
    sum += 100 * a * a + b * b;
    gradient[i] += -400 * a * x[i] - 2 * b;
    gradient[i + 1] += 200 * a;
  }
  return sum;
}

TEST(Lbfgs, FindsTheEndOfTheValley) {
  Lbfgs lbfgs(valley, {-1.2, 1, -0.5, 2, 0}, {.tolerance = 1e-9});
  while (!lbfgs.finished()) lbfgs.advance();
  EXPECT_LT(lbfgs.iterations(), 200);
  EXPECT_LE(lbfgs.gradient_norm(), 1e-9);
  for (const double x : lbfgs.x()) EXPECT_NEAR(x, 1, 1e-8);
}

TEST(Lbfgs, AStartAtTheMinimumIsLeftAsItIs) {
  Lbfgs lbfgs(valley, {1, 1, 1});
  lbfgs.advance();
  EXPECT_TRUE(lbfgs.finished());
  EXPECT_EQ(lbfgs.x(), (std::vector<double>{1, 1, 1}));
}

// Where rounding stops the descent before the tolerance is reached, it ends.
TEST(Lbfgs, EndsWhereNoStepIsBetter) {
  const Objective flat = [](std::span<const double> x, std::span<double> gradient) {
    gradient[0] = 2 * (x[0] - 1);
    return 1e12 + (x[0] - 1) * (x[0] - 1);
  };
  Lbfgs lbfgs(flat, {3}, {.tolerance = 1e-300});
  for (int i = 0; i < 100 && !lbfgs.finished(); ++i) lbfgs.advance();
  EXPECT_TRUE(lbfgs.finished());
  EXPECT_NEAR(lbfgs.x()[0], 1, 0.1);
}

TEST(Lbfgs, GoesOnWithTheSameBits) {
  const std::vector<double> start = {-1.2, 1, 3, -2, 0.5, 0.25};
  Lbfgs whole(valley, start);
  std::vector<Lbfgs::State> states;
  while (!whole.finished()) {
    states.push_back(whole.state());
    whole.advance();
  }
  for (const Lbfgs::State& state : states) {
    Lbfgs rest(valley, start);
    rest.restore(state);
    while (!rest.finished()) rest.advance();
    EXPECT_EQ(rest.x(), whole.x());
    EXPECT_EQ(rest.iterations(), whole.iterations());
  }
}

// Σ cᵢ (xᵢ − 1)² / 2 with curvatures from 1 to a million: those who know them need one step.
TEST(Lbfgs, BeginsWithTheCurvatureThatIsGiven) {
  std::vector<double> curvature;
  for (int i = 0; i < 7; ++i) curvature.push_back(std::pow(10.0, i));
  const Objective bowl = [&](std::span<const double> x, std::span<double> gradient) {
    double sum = 0;
    for (size_t i = 0; i < x.size(); ++i) {
      gradient[i] = curvature[i] * (x[i] - 1);
      sum += gradient[i] * (x[i] - 1) / 2;
    }
    return sum;
  };
  Lbfgs blind(bowl, std::vector<double>(7)), knowing(bowl, std::vector<double>(7), {.curvature = curvature});
  while (!blind.finished()) blind.advance();
  while (!knowing.finished()) knowing.advance();
  EXPECT_EQ(knowing.iterations(), 1);
  EXPECT_GT(blind.iterations(), 5);
  for (const double x : blind.x()) EXPECT_NEAR(x, 1, 1e-4);
}

TEST(Lbfgs, SumsDoNotDependOnThreads) {
  std::vector<double> a(100'000);
  Rng rng(1);
  for (double& value : a) value = rng.normal();
  const int before = thread_count();
  set_thread_count(1);
  const double one = dot_in_blocks(a, a);
  for (const int threads : {2, 3, 8}) {
    set_thread_count(threads);
    EXPECT_EQ(dot_in_blocks(a, a), one);
  }
  set_thread_count(before);
  EXPECT_NEAR(one, 1e5, 2e3);
}

}  // namespace
}  // namespace hodhod
