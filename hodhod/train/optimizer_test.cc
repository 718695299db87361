// SPDX-License-Identifier: Apache-2.0
#include "hodhod/train/optimizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>

#include "hodhod/tensor/gradient.h"
#include "hodhod/train/schedule.h"

namespace hodhod {
namespace {

using testing::HasSubstr;

// Minimises ½ (w − 3)² + ½ |b − 1|², whose gradient is known.
struct Problem {
  Tensor w = Tensor::full({2, 2}, 0, DType::f64).set_requires_grad();
  Tensor b = Tensor::full({3}, 0, DType::f64).set_requires_grad();

  NamedParameters parameters() const { return {{"w", w}, {"b", b}}; }
  void set_gradients() const {
    for (const auto& [tensor, goal] : {std::pair{w, 3.0}, {b, 1.0}}) {
      auto values = tensor.values<double>();
      for (double& v : values) v -= goal;
      tensor.set_grad(Tensor::from(values, tensor.shape()));
    }
  }
};

TEST(Optimizer, EveryKindFindsTheMinimum) {
  for (OptimizerKind kind : {OptimizerKind::sgd, OptimizerKind::adam, OptimizerKind::adamw,
                             OptimizerKind::adagrad, OptimizerKind::rmsprop}) {
    for (double momentum : {0.0, 0.5}) {
      const Problem problem;
      const auto optimizer = make_optimizer(problem.parameters(), {.kind = kind, .momentum = momentum});
      const double rate = kind == OptimizerKind::adagrad ? 0.5 : 0.05;
      for (int i = 0; i < 800; ++i) {
        problem.set_gradients();
        optimizer->step(rate * std::pow(0.99, i));
      }
      EXPECT_NEAR(problem.w.values<double>()[3], 3, 0.05) << "kind " << static_cast<int>(kind);
      EXPECT_NEAR(problem.b.values<double>()[0], 1, 0.05) << "kind " << static_cast<int>(kind);
      EXPECT_EQ(optimizer->steps(), 800);
      EXPECT_FALSE(problem.w.grad().defined());
    }
  }
}

// With every row in it, a gradient of rows does what a whole one does; other rows stay as they are.
TEST(Optimizer, RowsAloneAreTouched) {
  for (OptimizerKind kind : {OptimizerKind::sgd, OptimizerKind::adam, OptimizerKind::adamw,
                             OptimizerKind::adagrad, OptimizerKind::rmsprop}) {
    const auto run = [&](bool with_rows) {
      Tensor table = Tensor::from<double>({1, 2, 3, 4, 5, 6}, {3, 2}).set_requires_grad();
      const auto optimizer =
          make_optimizer({{"table", table}}, {.kind = kind, .momentum = 0.5, .weight_decay = 0.1});
      for (int i = 1; i <= 3; ++i) {
        const Tensor two = Tensor::from<double>({0.5 * i, -1, 2, 0.25}, {2, 2});
        const Tensor rows = Tensor::from<int64_t>({0, 2}, {2});
        table.set_gradient(with_rows ? Gradient{two, rows} : Gradient{Gradient{two, rows}.whole({3, 2})});
        EXPECT_NEAR(optimizer->gradient_norm(), std::sqrt(0.25 * i * i + 1 + 4 + 0.0625), 1e-12);
        optimizer->step(0.1);
        EXPECT_FALSE(table.gradient().defined());
      }
      std::vector<double> values = table.values();
      for (const auto& [name, part] : optimizer->state()) {
        for (const double value : part.values()) values.push_back(value);
      }
      return values;
    };
    const auto rows = run(true), whole = run(false);
    for (size_t i = 0; i < rows.size(); ++i) {
      const bool untouched = i % 6 == 2 || i % 6 == 3;
      EXPECT_TRUE(untouched || rows[i] == whole[i]) << "kind " << static_cast<int>(kind) << " place " << i;
    }
    EXPECT_EQ(rows[2], 3);
    EXPECT_EQ(rows[3], 4);
    EXPECT_NE(whole[2], 3);  // decays
  }
}

TEST(Optimizer, DecayIsForMatrices) {
  const Problem problem;
  fill(problem.w, 1);
  fill(problem.b, 1);
  const auto optimizer = make_optimizer(problem.parameters(), {.weight_decay = 0.1});
  problem.w.set_grad(Tensor::zeros({2, 2}, DType::f64));
  problem.b.set_grad(Tensor::zeros({3}, DType::f64));
  optimizer->step(0.5);
  EXPECT_DOUBLE_EQ(problem.w.values<double>()[0], 1 - 0.5 * 0.1);
  EXPECT_EQ(problem.b.values<double>()[0], 1);
}

TEST(Optimizer, AResumedRunIsTheSame) {
  const auto run = [](int stop_at) {
    Problem problem;
    auto optimizer = make_optimizer(problem.parameters(), {});
    for (int i = 0; i < 20; ++i) {
      if (i == stop_at) {
        Problem fresh;
        copy(problem.w, fresh.w);
        copy(problem.b, fresh.b);
        NamedParameters saved;
        for (const auto& [name, tensor] : optimizer->state()) saved.emplace_back(name, tensor.clone());
        const int64_t steps = optimizer->steps();
        problem = fresh;
        optimizer = make_optimizer(problem.parameters(), {});
        optimizer->restore(saved, steps);
      }
      problem.set_gradients();
      optimizer->step(0.1);
    }
    return problem.w.values<double>();
  };
  const auto whole = run(-1);
  for (int stop : {0, 1, 10, 19}) EXPECT_EQ(run(stop), whole);
}

TEST(Optimizer, TheNormTellsWhetherAllIsFinite) {
  const Problem problem;
  const auto optimizer = make_optimizer(problem.parameters(), {});
  problem.set_gradients();
  EXPECT_DOUBLE_EQ(optimizer->gradient_norm(), std::sqrt(4 * 9.0 + 3));
  EXPECT_EQ(optimizer->first_not_finite(), "");
  problem.b.grad().data<double>()[1] = std::numeric_limits<double>::infinity();
  EXPECT_FALSE(std::isfinite(optimizer->gradient_norm()));
  EXPECT_EQ(optimizer->first_not_finite(), "b");
}

TEST(Optimizer, AForeignCheckpointIsRefused) {
  const Problem problem;
  const auto optimizer = make_optimizer(problem.parameters(), {});
  try {
    optimizer->restore({}, 3);
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("mean.w"));
  }
}

TEST(Schedule, FollowsItsFormula) {
  const ScheduleOptions noam{.kind = ScheduleKind::noam, .rate = 1, .warmup = 4000, .width = 512};
  EXPECT_DOUBLE_EQ(learning_rate(noam, 4000, 0), 1 / std::sqrt(512.0 * 4000));
  EXPECT_DOUBLE_EQ(learning_rate(noam, 1, 0), std::pow(512, -0.5) * std::pow(4000, -1.5));
  for (ScheduleKind kind :
       {ScheduleKind::linear, ScheduleKind::cosine, ScheduleKind::constant, ScheduleKind::inverse_sqrt}) {
    const ScheduleOptions options{.kind = kind, .rate = 2, .warmup = 10, .final_fraction = 0.1};
    EXPECT_DOUBLE_EQ(learning_rate(options, 5, 110), 1);
    EXPECT_DOUBLE_EQ(learning_rate(options, 10, 110), 2);
  }
  const auto at = [](ScheduleKind kind, int64_t step) {
    return learning_rate({.kind = kind, .rate = 2, .warmup = 10, .final_fraction = 0.1}, step, 110);
  };
  EXPECT_DOUBLE_EQ(at(ScheduleKind::linear, 60), 2 * 0.55);
  EXPECT_DOUBLE_EQ(at(ScheduleKind::linear, 200), 0.2);
  EXPECT_DOUBLE_EQ(at(ScheduleKind::cosine, 60), 2 * 0.55);
  EXPECT_DOUBLE_EQ(at(ScheduleKind::cosine, 35),
                   2 * (0.1 + 0.9 * 0.5 * (1 + std::cos(std::numbers::pi / 4))));
  EXPECT_DOUBLE_EQ(at(ScheduleKind::inverse_sqrt, 40), 1);
  EXPECT_DOUBLE_EQ(at(ScheduleKind::constant, 99), 2);
  EXPECT_THROW(learning_rate({}, 0, 10), Error);
  EXPECT_THROW(learning_rate({.kind = ScheduleKind::noam}, 1, 10), Error);
}

}  // namespace
}  // namespace hodhod
