// SPDX-License-Identifier: Apache-2.0
#include "hodhod/kernels/loss.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "hodhod/base/rng.h"
#include "hodhod/base/threads.h"
#include "hodhod/kernels/cpu/for_each_target.h"

namespace hodhod::kernels {
namespace {

struct LossProblem {
  int64_t rows, classes;
  double smoothing = 0;
  bool weighted = false;
};

template <class T>
struct Rows {
  std::vector<T> logits, weights, losses, logs, dlogits, dagain, scales;
  std::vector<int64_t> targets;

  explicit Rows(const LossProblem& p) {
    Rng rng(5);
    const auto fill = [&](std::vector<T>& x, int64_t count, auto draw) {
      x.resize(static_cast<size_t>(count));
      for (T& value : x) value = static_cast<T>(static_cast<float>(draw()));
    };
    fill(logits, p.rows * p.classes, [&] { return 3 * rng.normal(); });
    fill(weights, p.classes, [&] { return 0.5 + rng.uniform(); });
    fill(scales, p.rows, [&] { return rng.normal(); });
    losses.assign(p.rows, 7);
    logs.assign(p.rows, 7);
    dlogits.assign(logits.size(), 7);
    dagain = logits;
    for (int64_t i = 0; i < p.rows; ++i) {
      targets.push_back(i % 5 == 3 ? -100
                                   : static_cast<int64_t>(rng.below(static_cast<uint64_t>(p.classes))));
    }
  }
};

template <class T, class Forward, class Backward>
Rows<T> run(const LossProblem& p, const Forward& forward, const Backward& backward) {
  Rows<T> r(p);
  const T* weights = p.weighted ? r.weights.data() : nullptr;
  forward(CrossEntropyArgs<T>{.rows = p.rows,
                              .classes = p.classes,
                              .logits = r.logits.data(),
                              .stride = p.classes,
                              .targets = r.targets.data(),
                              .smoothing = p.smoothing,
                              .weights = weights,
                              .losses = r.losses.data(),
                              .logs = r.logs.data(),
                              .dlogits = r.dlogits.data(),
                              .scale = 0.25});
  // In place, and with scales by row.
  backward(CrossEntropyBackwardArgs<T>{.rows = p.rows,
                                       .classes = p.classes,
                                       .logits = r.dagain.data(),
                                       .stride = p.classes,
                                       .targets = r.targets.data(),
                                       .smoothing = p.smoothing,
                                       .weights = weights,
                                       .logs = r.logs.data(),
                                       .scales = r.scales.data(),
                                       .scale = 0.5,
                                       .dlogits = r.dagain.data()});
  return r;
}
Rows<float> run_float(const LossProblem& p) {
  return run<float>(p, cpu::cross_entropy, cpu::cross_entropy_backward);
}
Rows<double> run_double(const LossProblem& p) {
  return run<double>(p, reference::cross_entropy, reference::cross_entropy_backward);
}

void expect_losses_near(const std::vector<float>& got, const std::vector<double>& want, const char* what) {
  ASSERT_EQ(got.size(), want.size());
  for (size_t i = 0; i < got.size(); ++i)
    ASSERT_NEAR(got[i], want[i], 1e-5 * (1 + std::fabs(want[i]))) << what << i;
}

std::vector<LossProblem> loss_problems() {
  return {{0, 5},           {1, 1},         {7, 3},   {7, 16}, {6, 17, 0.1}, {9, 65, 0.1, true},
          {4, 33, 0, true}, {3, 5003, 0.2}, {40, 100}};
}

TEST(CrossEntropy, AgreesWithReference) {
  cpu::for_each_target([](const char* target) {
    for (const LossProblem& p : loss_problems()) {
      SCOPED_TRACE(std::string(target) + " " + std::to_string(p.rows) + " x " + std::to_string(p.classes));
      const Rows<float> got = run_float(p);
      const Rows<double> want = run_double(p);
      expect_losses_near(got.losses, want.losses, "loss ");
      expect_losses_near(got.logs, want.logs, "log ");
      expect_losses_near(got.dlogits, want.dlogits, "gradient ");
      expect_losses_near(got.dagain, want.dagain, "gradient in place ");
    }
  });
}

TEST(CrossEntropy, ReferenceGradientIsTheDerivative) {
  for (const LossProblem& p : {LossProblem{5, 4}, LossProblem{4, 6, 0.1, true}}) {
    Rows<double> r = run_double(p);
    std::vector<double> losses(p.rows);
    const auto total = [&] {
      reference::cross_entropy({.rows = p.rows,
                                .classes = p.classes,
                                .logits = r.logits.data(),
                                .stride = p.classes,
                                .targets = r.targets.data(),
                                .smoothing = p.smoothing,
                                .weights = p.weighted ? r.weights.data() : nullptr,
                                .losses = losses.data()});
      double sum = 0;
      for (const double loss : losses) sum += 0.25 * loss;
      return sum;
    };
    for (size_t i = 0; i < r.logits.size(); ++i) {
      const double x = r.logits[i];
      r.logits[i] = x + 1e-6;
      const double up = total();
      r.logits[i] = x - 1e-6;
      const double down = total();
      r.logits[i] = x;
      EXPECT_NEAR(r.dlogits[i], (up - down) / 2e-6, 1e-8);
    }
  }
}

TEST(CrossEntropy, RowDependsOnItselfAlone) {
  const LossProblem p{40, 100, 0.1, true};
  const int before = thread_count();
  set_thread_count(1);
  const Rows<float> one = run_float(p);
  for (const int threads : {2, 8}) {
    set_thread_count(threads);
    const Rows<float> many = run_float(p);
    EXPECT_EQ(many.losses, one.losses);
    EXPECT_EQ(many.dlogits, one.dlogits);
  }
  set_thread_count(before);
  for (const int64_t row : {0, 7, 39}) {
    float loss = 0;
    std::vector<float> dx(100);
    cpu::cross_entropy({.rows = 1,
                        .classes = 100,
                        .logits = &one.logits[row * 100],
                        .stride = 100,
                        .targets = &one.targets[row],
                        .smoothing = 0.1,
                        .weights = one.weights.data(),
                        .losses = &loss,
                        .dlogits = dx.data(),
                        .scale = 0.25});
    EXPECT_EQ(loss, one.losses[row]);
    EXPECT_EQ(dx, std::vector<float>(&one.dlogits[row * 100], &one.dlogits[row * 100] + 100));
  }
}

// A sure and right answer has a loss near zero, to relative precision, and large logits do not overflow.
TEST(CrossEntropy, KeepsItsDigits) {
  const std::vector<float> logits = {1000, 990, 985};
  const int64_t target = 0;
  float loss = 0;
  cpu::cross_entropy(
      {.rows = 1, .classes = 3, .logits = logits.data(), .stride = 3, .targets = &target, .losses = &loss});
  EXPECT_NEAR(loss, 4.5706e-05, 1e-7);
}

TEST(PointwiseLoss, AgreesWithReferenceWhichIsRight) {
  for (const PointwiseLoss loss : {PointwiseLoss::square, PointwiseLoss::absolute, PointwiseLoss::smooth,
                                   PointwiseLoss::binary, PointwiseLoss::divergence}) {
    for (const int64_t count : {0, 1, 37, 10007}) {
      Rng rng(2);
      std::vector<float> x, t, scales;
      for (int64_t i = 0; i < count; ++i) {
        x.push_back(static_cast<float>(2 * rng.normal()));
        t.push_back(i % 7 == 0 ? 0 : rng.uniform());
        scales.push_back(static_cast<float>(rng.normal()));
      }
      const std::vector<double> wide_x(x.begin(), x.end()), wide_t(t.begin(), t.end()),
          wide_scales(scales.begin(), scales.end());
      std::vector<float> y(count), dx(count);
      std::vector<double> want(count), dwant(count), up(count), down(count);
      cpu::pointwise_loss({.loss = loss,
                           .count = count,
                           .x = x.data(),
                           .target = t.data(),
                           .beta = 0.5,
                           .losses = y.data(),
                           .dx = dx.data(),
                           .scales = scales.data(),
                           .scale = 3});
      PointwiseLossArgs<double> args{.loss = loss,
                                     .count = count,
                                     .x = wide_x.data(),
                                     .target = wide_t.data(),
                                     .beta = 0.5,
                                     .losses = want.data(),
                                     .dx = dwant.data(),
                                     .scales = wide_scales.data(),
                                     .scale = 3};
      reference::pointwise_loss(args);
      expect_losses_near(y, want, "loss ");
      expect_losses_near(dx, dwant, "gradient ");
      std::vector<double> moved = wide_x;
      args.x = moved.data();
      args.dx = nullptr;
      for (double& value : moved) value += 1e-6;
      args.losses = up.data();
      reference::pointwise_loss(args);
      for (double& value : moved) value -= 2e-6;
      args.losses = down.data();
      reference::pointwise_loss(args);
      for (int64_t i = 0; i < count; ++i) {
        ASSERT_NEAR(dwant[i], 3 * wide_scales[i] * (up[i] - down[i]) / 2e-6, 1e-5);
      }
    }
  }
}

}  // namespace
}  // namespace hodhod::kernels
