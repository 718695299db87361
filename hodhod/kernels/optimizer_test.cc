// SPDX-License-Identifier: Apache-2.0
#include "hodhod/kernels/optimizer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "hodhod/base/rng.h"
#include "hodhod/base/threads.h"

namespace hodhod::kernels {
namespace {

constexpr int kArrays = 5;  // value, gradient and up to three states
constexpr int kSteps = 4;

template <class T>
using Arrays = std::vector<std::vector<T>>;

// One update of each kind, on arrays of float or double.
struct Sgd {
  double momentum, dampening, weight_decay;
  bool nesterov;
  template <class T, class Update>
  void run(Arrays<T>& a, int step, const Update& update) const {
    update(SgdArgs<T>{.value = a[0].data(),
                      .gradient = a[1].data(),
                      .velocity = momentum > 0 ? a[2].data() : nullptr,
                      .count = static_cast<int64_t>(a[0].size()),
                      .rate = 0.03,
                      .scale = 0.7,
                      .momentum = momentum,
                      .dampening = dampening,
                      .weight_decay = weight_decay,
                      .nesterov = nesterov,
                      .first_step = step == 1});
  }
  void operator()(Arrays<float>& a, int step) const { run(a, step, cpu::sgd); }
  void operator()(Arrays<double>& a, int step) const { run(a, step, reference::sgd); }
};

struct Adam {
  double weight_decay;
  bool decoupled, largest;
  template <class T, class Update>
  void run(Arrays<T>& a, int step, const Update& update) const {
    update(AdamArgs<T>{.value = a[0].data(),
                       .gradient = a[1].data(),
                       .mean = a[2].data(),
                       .square = a[3].data(),
                       .largest_square = largest ? a[4].data() : nullptr,
                       .count = static_cast<int64_t>(a[0].size()),
                       .step = step,
                       .rate = 0.02,
                       .scale = 0.7,
                       .weight_decay = weight_decay,
                       .decoupled = decoupled});
  }
  void operator()(Arrays<float>& a, int step) const { run(a, step, cpu::adam); }
  void operator()(Arrays<double>& a, int step) const { run(a, step, reference::adam); }
};

struct Adagrad {
  template <class T, class Update>
  void run(Arrays<T>& a, const Update& update) const {
    update(AdagradArgs<T>{.value = a[0].data(),
                          .gradient = a[1].data(),
                          .square_sum = a[2].data(),
                          .count = static_cast<int64_t>(a[0].size()),
                          .rate = 0.1,
                          .scale = 0.7,
                          .weight_decay = 0.01});
  }
  void operator()(Arrays<float>& a, int) const { run(a, cpu::adagrad); }
  void operator()(Arrays<double>& a, int) const { run(a, reference::adagrad); }
};

struct Rmsprop {
  double momentum;
  bool centered;
  template <class T, class Update>
  void run(Arrays<T>& a, const Update& update) const {
    update(RmspropArgs<T>{.value = a[0].data(),
                          .gradient = a[1].data(),
                          .square = a[2].data(),
                          .mean = centered ? a[3].data() : nullptr,
                          .velocity = momentum > 0 ? a[4].data() : nullptr,
                          .count = static_cast<int64_t>(a[0].size()),
                          .rate = 0.01,
                          .scale = 0.7,
                          .momentum = momentum,
                          .weight_decay = 0.01});
  }
  void operator()(Arrays<float>& a, int) const { run(a, cpu::rmsprop); }
  void operator()(Arrays<double>& a, int) const { run(a, reference::rmsprop); }
};

template <class T>
Arrays<T> start(int64_t count) {
  Arrays<T> arrays(kArrays, std::vector<T>(static_cast<size_t>(count)));
  Rng rng(7);
  for (T& x : arrays[0]) x = static_cast<T>(static_cast<float>(rng.normal()));
  return arrays;
}

template <class T, class Update>
Arrays<T> trajectory(int64_t count, const Update& update) {
  Arrays<T> arrays = start<T>(count);
  for (int step = 1; step <= kSteps; ++step) {
    Rng rng(100 + static_cast<uint64_t>(step));
    for (T& g : arrays[1]) g = static_cast<T>(static_cast<float>(rng.normal()));
    update(arrays, step);
  }
  return arrays;
}

template <class Update>
void expect_agreement(const Update& update) {
  for (const int64_t count : {0, 1, 3, 16, 31, 1000, 40001}) {
    const Arrays<float> got = trajectory<float>(count, update);
    const Arrays<double> want = trajectory<double>(count, update);
    for (int a = 0; a < kArrays; ++a) {
      for (size_t i = 0; i < want[0].size(); ++i) {
        ASSERT_NEAR(got[a][i], want[a][i], 2e-6 * (1 + std::fabs(want[a][i])))
            << "array " << a << " element " << i << " of " << count;
      }
    }
  }
}

TEST(Optimizer, SgdAgreesWithReference) {
  expect_agreement(Sgd{0, 0, 0, false});
  expect_agreement(Sgd{0.9, 0, 0.1, true});
  expect_agreement(Sgd{0.9, 0.5, 0.1, false});
}

TEST(Optimizer, AdamAgreesWithReference) {
  expect_agreement(Adam{0, false, false});
  expect_agreement(Adam{0.1, false, true});
  expect_agreement(Adam{0.1, true, false});
}

TEST(Optimizer, AdagradAndRmspropAgreeWithReference) {
  expect_agreement(Adagrad{});
  expect_agreement(Rmsprop{0, false});
  expect_agreement(Rmsprop{0.5, true});
}

// The first step of Adam moves every parameter by the learning rate, whatever the size of its gradient.
TEST(Optimizer, FirstAdamStepIsTheLearningRate) {
  std::vector<float> p = {1, 1, 1}, g = {1e-3f, -5, 1e4f}, m(3), v(3);
  cpu::adam({.value = p.data(),
             .gradient = g.data(),
             .mean = m.data(),
             .square = v.data(),
             .count = 3,
             .rate = 0.25});
  EXPECT_NEAR(p[0], 0.75, 1e-5);
  EXPECT_NEAR(p[1], 1.25, 1e-6);
  EXPECT_NEAR(p[2], 0.75, 1e-6);
}

TEST(Optimizer, ResultDoesNotDependOnThreadsOrPosition) {
  const int before = thread_count();
  const Adam update{0.1, true, false};
  set_thread_count(1);
  const Arrays<float> one = trajectory<float>(40001, update);
  for (const int threads : {2, 4, 8}) {
    set_thread_count(threads);
    EXPECT_EQ(trajectory<float>(40001, update), one) << threads << " threads";
  }
  set_thread_count(before);
  // An element computed in a tail has the bits it has inside a long array.
  const Arrays<float> few = trajectory<float>(5, update);
  for (size_t i = 0; i < 5; ++i) EXPECT_EQ(few[0][i], one[0][i]);
}

TEST(SumSquares, AgreesWithReferenceAndIgnoresThreads) {
  const int before = thread_count();
  Rng rng(3);
  for (const int64_t count : {0, 1, 15, 16, 17, 8192, 100003, 5000001}) {
    std::vector<float> x(static_cast<size_t>(count));
    for (float& value : x) value = 1000 * rng.uniform() - 300;
    const std::vector<double> wide(x.begin(), x.end());
    set_thread_count(1);
    const double one = cpu::sum_squares({x.data(), count});
    set_thread_count(3);
    EXPECT_EQ(cpu::sum_squares({x.data(), count}), one);
    const double want = reference::sum_squares({wide.data(), count});
    EXPECT_NEAR(one, want, 1e-10 * want);
  }
  set_thread_count(before);
}

TEST(SumSquares, IsFiniteExactlyIfEveryElementIs) {
  std::vector<float> x(1000, std::numeric_limits<float>::max());
  EXPECT_TRUE(std::isfinite(cpu::sum_squares({x.data(), 1000})));
  for (const size_t where : {0u, 17u, 999u}) {
    for (const float bad :
         {std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
      std::vector<float> y = x;
      y[where] = bad;
      EXPECT_FALSE(std::isfinite(cpu::sum_squares({y.data(), 1000}))) << where;
    }
  }
}

}  // namespace
}  // namespace hodhod::kernels
