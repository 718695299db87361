// SPDX-License-Identifier: Apache-2.0
// Whole training steps: the same bits with any number of threads, and nearly the same numbers with any
// instruction set.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "hodhod/base/threads.h"
#include "hodhod/kernels/cpu/for_each_target.h"
#include "hodhod/models/test_models.h"
#include "hodhod/nn/module.h"
#include "hodhod/tensor/tape.h"
#include "hodhod/train/optimizer.h"

namespace hodhod {
namespace {

using Values = std::vector<std::vector<float>>;

// The losses of three updates by clipped AdamW with dropout, and all parameters after them.
Values train_three_steps(const TransformerConfig& config) {
  TransformerModel model(config, Rng(1));
  set_requires_grad(model);
  const auto parameters = parameters_of(model);
  const auto optimizer = make_optimizer(parameters, {.weight_decay = 0.01});
  Values all(1);
  for (uint64_t step = 0; step < 3; ++step) {
    const TestBatch batch(config, 16, 21, step);
    Context context{.training = true, .rng = Rng(1).fork(step)};
    const Tensor loss = test_loss(model, batch, context);
    backward(loss);
    const double norm = optimizer->gradient_norm();
    optimizer->step(1e-3, norm > 1 ? 1 / norm : 1);
    all[0].push_back(static_cast<float>(loss.item()));
  }
  for (const auto& [name, parameter] : parameters) all.push_back(parameter.values<float>());
  return all;
}

// The loss of one step without dropout and the gradients of all parameters.
Values loss_and_gradients(TransformerConfig config) {
  config.dropout = config.attention_dropout = config.activation_dropout = 0;
  TransformerModel model(config, Rng(1));
  set_requires_grad(model);
  const TestBatch batch(config, 4, 9);
  Context context{.training = true};
  const Tensor loss = test_loss(model, batch, context);
  backward(loss);
  Values all{{static_cast<float>(loss.item())}};
  for (const auto& [name, parameter] : parameters_of(model)) {
    all.push_back(parameter.grad().defined() ? parameter.grad().values<float>() : std::vector<float>());
  }
  return all;
}

// The largest difference, relative to the largest value of its tensor.
double difference(const Values& got, const Values& want) {
  double worst = 0;
  for (size_t n = 0; n < want.size(); ++n) {
    double scale = 1e-3, largest = 0;
    for (size_t i = 0; i < want[n].size(); ++i) {
      scale = std::max<double>(scale, std::abs(want[n][i]));
      const double here = std::abs(got[n][i] - want[n][i]);
      if (!(here <= largest)) largest = here;
    }
    if (!(largest / scale <= worst)) worst = largest / scale;
  }
  return worst;
}

class TrainingStep : public testing::TestWithParam<TestModel> {
 protected:
  ~TrainingStep() override { set_thread_count(threads_); }
  int threads_ = thread_count();
};

TEST_P(TrainingStep, HasTheSameBitsWithAnyNumberOfThreads) {
  set_thread_count(1);
  const Values want = train_three_steps(GetParam().config);
  for (float loss : want[0]) EXPECT_TRUE(std::isfinite(loss));
  for (int threads : {2, 4, 8}) {
    set_thread_count(threads);
    EXPECT_EQ(train_three_steps(GetParam().config), want) << threads << " threads";
  }
}

// Targets differ in the order of sums within a vector: gradients agree to 2e-5 of the largest of their
// tensor.
TEST_P(TrainingStep, EveryTargetGivesNearlyTheSameAndIsStable) {
  Values want;
  std::string first;
  kernels::cpu::for_each_target([&](const char* target) {
    set_thread_count(1);
    const Values got = loss_and_gradients(GetParam().config);
    const Values trained = train_three_steps(GetParam().config);
    set_thread_count(4);
    EXPECT_EQ(loss_and_gradients(GetParam().config), got) << target;
    EXPECT_EQ(train_three_steps(GetParam().config), trained) << target;
    set_thread_count(1);  // no worker may run while the target changes
    if (first.empty()) {
      first = target;
      want = got;
    }
    EXPECT_LE(difference(got, want), 2e-5) << target << " against " << first;
  });
}

INSTANTIATE_TEST_SUITE_P(Models, TrainingStep, testing::ValuesIn(test_models()),
                         [](const testing::TestParamInfo<TestModel>& tested) { return tested.param.name; });

}  // namespace
}  // namespace hodhod
