// SPDX-License-Identifier: Apache-2.0
#include "hodhod/ops/linear.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "hodhod/base/rng.h"
#include "hodhod/base/testing.h"
#include "hodhod/base/threads.h"
#include "hodhod/tensor/gradcheck.h"
#include "hodhod/tensor/tape.h"

namespace hodhod {
namespace {

using kernels::Activation;
using testing::HasSubstr;

Tensor linear_values(const Shape& shape, uint64_t seed, DType dtype = DType::f64) {
  Rng rng(seed);
  std::vector<double> values(static_cast<size_t>(shape.numel()));
  for (double& v : values) v = rng.normal();
  return Tensor::from(values, shape).converted(dtype);
}

TEST(Linear, IsItsEquation) {
  const Tensor x = linear_values({2, 3, 5}, 1), w = linear_values({4, 5}, 2), b = linear_values({4}, 3),
               r = linear_values({2, 3, 4}, 4);
  const auto y = linear(x, w, b, {.activation = Activation::tanh, .residual = r}).values();
  const auto xs = x.values(), ws = w.values(), bs = b.values(), rs = r.values();
  for (size_t row = 0; row < 6; ++row) {
    for (size_t o = 0; o < 4; ++o) {
      double sum = bs[o] + rs[row * 4 + o];
      for (size_t i = 0; i < 5; ++i) sum += std::tanh(xs[row * 5 + i]) * ws[o * 5 + i];
      EXPECT_NEAR(y[row * 4 + o], sum, 1e-12);
    }
  }
}

TEST(Linear, Gradients) {
  for (Activation activation : {Activation::identity, Activation::gelu, Activation::tanh, Activation::silu}) {
    const auto fn = [&](std::span<const Tensor> in) {
      return linear(in[0], in[1], in[2], {.activation = activation, .residual = in[3]});
    };
    const auto result = gradcheck(fn, {linear_values({3, 2, 5}, 1), linear_values({4, 5}, 2),
                                       linear_values({4}, 3), linear_values({3, 2, 4}, 4)});
    EXPECT_TRUE(result) << result.message;
    // x and W with steps of their own.
    const auto strided = gradcheck(fn, {linear_values({2, 5, 3}, 1).with_layout({2, 3, 5}, {15, 1, 3}),
                                        linear_values({5, 4}, 2).with_layout({4, 5}, {1, 4}),
                                        linear_values({4}, 3), linear_values({2, 3, 4}, 4)});
    EXPECT_TRUE(strided) << strided.message;
  }
  const auto plain = [](std::span<const Tensor> in) { return linear(in[0], in[1]); };
  EXPECT_TRUE(gradcheck(plain, {linear_values({0, 5}, 1), linear_values({4, 5}, 2)}));
  EXPECT_TRUE(gradcheck(plain, {linear_values({1, 1}, 1), linear_values({1, 1}, 2)}));
  EXPECT_TRUE(gradcheck(plain, {linear_values({5}, 1), linear_values({3, 5}, 2)}));
  // One weight used twice: its gradient accumulates.
  const auto twice = [](std::span<const Tensor> in) {
    return linear(linear(in[0], in[1], in[2]), in[1], in[2]);
  };
  EXPECT_TRUE(gradcheck(twice, {linear_values({3, 4}, 1), linear_values({4, 4}, 2), linear_values({4}, 3)}));
}

TEST(Linear, FloatAgreesWithDouble) {
  const Tensor x = linear_values({70, 130}, 1), w = linear_values({90, 130}, 2), b = linear_values({90}, 3);
  const auto run = [&](DType dtype) {
    Tensor xs = x.converted(dtype).clone(), ws = w.converted(dtype).clone(), bs = b.converted(dtype).clone();
    xs.set_requires_grad();
    ws.set_requires_grad();
    bs.set_requires_grad();
    const Tensor y = linear(xs, ws, bs, {.activation = Activation::gelu});
    backward(y, {.gradient = Tensor::full(y.shape(), 1, dtype)});
    return std::vector{y.values(), xs.grad().values(), ws.grad().values(), bs.grad().values()};
  };
  const auto exact = run(DType::f64), fast = run(DType::f32);
  for (size_t n = 0; n < exact.size(); ++n) {
    double scale = 0;
    for (double v : exact[n]) scale = std::max(scale, std::abs(v));
    for (size_t i = 0; i < exact[n].size(); ++i) ASSERT_NEAR(fast[n][i], exact[n][i], 1e-5 * scale) << n;
  }
}

TEST(Linear, ARowDoesNotDependOnTheOthersOrOnThreads) {
  const Tensor x = linear_values({64, 300}, 1, DType::f32), w = linear_values({77, 300}, 2, DType::f32),
               b = linear_values({77}, 3, DType::f32);
  set_thread_count(1);
  const Tensor all = linear(x, w, b);
  for (int threads : {1, 2, 4, 8}) {
    set_thread_count(threads);
    EXPECT_EQ(std::memcmp(linear(x, w, b).raw(), all.raw(), static_cast<size_t>(all.bytes())), 0);
    for (int64_t row : {0, 1, 31, 63}) {
      const Tensor alone = linear(x.with_layout({1, 300}, {300, 1}, row * 300), w, b);
      EXPECT_EQ(std::memcmp(alone.raw(), all.data<float>() + row * 77, 77 * sizeof(float)), 0) << row;
    }
  }
  set_thread_count(2);
}

TEST(Linear, ErrorsNameBothShapes) {
  EXPECT_THAT(error_of([] {
                linear(linear_values({2, 3}, 1), linear_values({4, 5}, 2));
              }),
              HasSubstr("linear: input [2, 3] for a weight [4, 5]"));
  EXPECT_THAT(error_of([] {
                linear(linear_values({2, 5}, 1), linear_values({4, 5}, 2), linear_values({5}, 2));
              }),
              HasSubstr("bias [5]"));
  EXPECT_THAT(error_of([] {
                linear(linear_values({2, 5}, 1), linear_values({4, 5}, 2, DType::f32));
              }),
              HasSubstr("f64 and f32"));
  EXPECT_THAT(error_of([] {
                linear(linear_values({2, 5}, 1), linear_values({4, 5}, 2), {},
                       {.residual = linear_values({2, 5}, 1)});
              }),
              HasSubstr("residual [2, 5] for a result [2, 4]"));
}

}  // namespace
}  // namespace hodhod
