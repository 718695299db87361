// SPDX-License-Identifier: Apache-2.0
#include "hodhod/nn/initialisers.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "hodhod/base/error.h"
#include "hodhod/base/threads.h"

namespace hodhod {
namespace {

struct Moments {
  double mean, deviation, lowest, highest;
};

Moments moments_of(const Tensor& x) {
  const auto values = x.values();
  double sum = 0, squares = 0;
  for (double v : values) sum += v, squares += v * v;
  const double n = static_cast<double>(values.size()), mean = sum / n;
  return {mean, std::sqrt(squares / n - mean * mean), *std::min_element(values.begin(), values.end()),
          *std::max_element(values.begin(), values.end())};
}

TEST(Initialisers, HaveTheMomentsTheyName) {
  const Tensor x = Tensor::empty({300, 400});
  // Five standard errors of a mean over 120,000 values.
  const double slack = 5 / std::sqrt(120'000.0);
  init_normal(x, 1, 0.5, Rng(1));
  EXPECT_NEAR(moments_of(x).mean, 1, 0.5 * slack);
  EXPECT_NEAR(moments_of(x).deviation, 0.5, 0.5 * slack);
  EXPECT_GT(moments_of(x).highest, 1 + 0.5 * 3.5);
  init_uniform(x, -1, 3, Rng(2));
  EXPECT_NEAR(moments_of(x).mean, 1, 2 * slack);
  EXPECT_GE(moments_of(x).lowest, -1);
  EXPECT_LE(moments_of(x).highest, 3);
  init_truncated_normal(x, 0, 0.02, Rng(3));
  EXPECT_NEAR(moments_of(x).deviation, 0.02 * 0.8796, 0.02 * slack);  // of a normal cut at two deviations
  EXPECT_LE(moments_of(x).highest, 0.04);
  for (auto* init : {init_xavier_uniform, init_xavier_normal}) {
    init(x, Rng(4), 2);
    EXPECT_NEAR(moments_of(x).deviation, 2 * std::sqrt(2.0 / 700), 2 * slack);
  }
  for (auto* init : {init_kaiming_uniform, init_kaiming_normal}) {
    init(x, Rng(5), 1);
    EXPECT_NEAR(moments_of(x).deviation, std::sqrt(1.0 / 400), 0.05 * slack);
  }
  init_xavier_uniform(x, Rng(6), 1);
  EXPECT_LE(moments_of(x).highest, std::sqrt(6.0 / 700));
  init_ones(x);
  EXPECT_EQ(moments_of(x).lowest, 1);
  init_zeros(x);
  EXPECT_EQ(moments_of(x).highest, 0);
}

TEST(Initialisers, FansOfAConvolution) {
  const Fans fans = fans_of(Tensor::empty({8, 3, 5, 7}));
  EXPECT_EQ(fans.in, 105);
  EXPECT_EQ(fans.out, 280);
}

TEST(Initialisers, NeitherThreadsNorTypeNorSizeMatter) {
  const int before = thread_count();
  set_thread_count(1);
  const Tensor one = Tensor::empty({10007}, DType::f64), four = Tensor::empty({10007}, DType::f64);
  init_normal(one, 0, 1, Rng(7));
  set_thread_count(4);
  init_normal(four, 0, 1, Rng(7));
  set_thread_count(before);
  EXPECT_EQ(one.values(), four.values());
  const Tensor shorter = Tensor::empty({100});
  init_normal(shorter, 0, 1, Rng(7));
  for (int i = 0; i < 100; ++i)
    EXPECT_EQ(shorter.data<float>()[i], static_cast<float>(one.data<double>()[i]));
}

TEST(Initialisers, StreamsGoByName) {
  const Rng rng(9);
  EXPECT_EQ(stream_of(rng, "a.weight").stream(), stream_of(rng, "a.weight").stream());
  EXPECT_NE(stream_of(rng, "a.weight").stream(), stream_of(rng, "b.weight").stream());
}

TEST(Initialisers, Errors) {
  EXPECT_THROW(init_xavier_normal(Tensor::empty({3}), Rng()), Error);
  EXPECT_THROW(init_normal(Tensor::empty({3}, DType::i32), 0, 1, Rng()), Error);
  EXPECT_THROW(init_normal(Tensor(), 0, 1, Rng()), Error);
  EXPECT_THROW(init_uniform(Tensor::empty({3}), 1, 0, Rng()), Error);
}

}  // namespace
}  // namespace hodhod
