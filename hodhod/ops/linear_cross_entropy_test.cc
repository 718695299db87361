// SPDX-License-Identifier: Apache-2.0
#include "hodhod/ops/linear_cross_entropy.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "hodhod/base/rng.h"
#include "hodhod/base/threads.h"
#include "hodhod/tensor/gradcheck.h"
#include "hodhod/tensor/tape.h"

namespace hodhod {
namespace {

Tensor cross_entropy_values(const Shape& shape, uint64_t stream, double spread = 1,
                            DType dtype = DType::f64) {
  Rng rng(21, stream);
  std::vector<double> values(static_cast<size_t>(shape.numel()));
  for (double& x : values) x = spread * rng.normal();
  return Tensor::from(values, shape).converted(dtype);
}

Tensor random_targets(int64_t tokens, int64_t classes) {
  Tensor targets = Tensor::zeros({tokens}, DType::i64);
  Rng rng(22);
  for (int64_t i = 0; i < tokens; ++i) {
    targets.data<int64_t>()[i] =
        i % 7 == 5 ? -100 : static_cast<int64_t>(rng.below(static_cast<uint64_t>(classes)));
  }
  return targets;
}

// hidden · weightᵀ + bias by plain loops, in double.
Tensor logits_of(const Tensor& hidden, const Tensor& weight, const Tensor& bias) {
  const int64_t tokens = hidden.dim(0), width = hidden.dim(1), classes = weight.dim(0);
  const std::vector<double> h = hidden.values(), w = weight.values(), b = bias.values();
  const Tensor logits = Tensor::empty({tokens, classes}, DType::f64);
  for (int64_t i = 0; i < tokens; ++i) {
    for (int64_t v = 0; v < classes; ++v) {
      double sum = b[v];
      for (int64_t c = 0; c < width; ++c) sum += h[i * width + c] * w[v * width + c];
      logits.data<double>()[i * classes + v] = sum;
    }
  }
  return logits;
}

TEST(LinearCrossEntropy, GradientIsTheDerivative) {
  const Tensor targets = random_targets(6, 5).reshaped({2, 3});
  for (const Reduction reduction : {Reduction::none, Reduction::sum, Reduction::mean}) {
    for (const double smoothing : {0.0, 0.1}) {
      const CrossEntropyOptions options{.label_smoothing = smoothing, .reduction = reduction};
      const double cap = smoothing > 0 ? 1.5 : 0;
      const GradcheckResult result = gradcheck(
          [&](std::span<const Tensor> in) {
            return linear_cross_entropy(in[0], in[1], in[2], targets, options, cap);
          },
          {cross_entropy_values({2, 3, 4}, 1), cross_entropy_values({5, 4}, 2),
           cross_entropy_values({5}, 3)});
      EXPECT_TRUE(result) << result.message;
    }
  }
}

TEST(LinearCrossEntropy, CapsTheLogits) {
  const Tensor hidden = cross_entropy_values({9, 4}, 1, 2), weight = cross_entropy_values({5, 4}, 2),
               bias = cross_entropy_values({5}, 3), targets = random_targets(9, 5);
  Tensor capped = logits_of(hidden, weight, bias);
  for (int64_t i = 0; i < capped.numel(); ++i) {
    double& z = capped.data<double>()[i];
    z = 1.5 * std::tanh(z / 1.5);
  }
  EXPECT_NEAR(linear_cross_entropy(hidden, weight, bias, targets, {}, 1.5).item(),
              cross_entropy(capped, targets).item(), 1e-12);
  EXPECT_NEAR(linear_log_probabilities(hidden, weight, bias, targets, -100, 1.5).values()[2],
              -cross_entropy(capped, targets, {.reduction = Reduction::none}).values()[2], 1e-12);
  EXPECT_THROW(linear_cross_entropy(hidden, weight, bias, targets, {}, -1), Error);
}

struct Gradients4 {
  double loss;
  std::vector<float> hidden, weight, bias;
};

// Several chunks of tokens: 700 tokens and 20000 classes.
Gradients4 large_problem(double upstream) {
  const int64_t tokens = 700, classes = 20000, width = 8;
  Tensor hidden = cross_entropy_values({tokens, width}, 4, 1, DType::f32),
         weight = cross_entropy_values({classes, width}, 5, 1, DType::f32);
  Tensor bias = cross_entropy_values({classes}, 6, 1, DType::f32);
  for (Tensor* x : {&hidden, &weight, &bias}) x->set_requires_grad();
  const Tensor loss =
      linear_cross_entropy(hidden, weight, bias, random_targets(tokens, classes), {.label_smoothing = 0.1});
  backward(loss, {.gradient = Tensor::scalar(upstream)});
  return {loss.item(), hidden.grad().values<float>(), weight.grad().values<float>(),
          bias.grad().values<float>()};
}

TEST(LinearCrossEntropy, ChunksAddUpToTheUnfusedLoss) {
  const int64_t tokens = 700, classes = 20000, width = 8;
  const Tensor hidden = cross_entropy_values({tokens, width}, 4, 1, DType::f32),
               weight = cross_entropy_values({classes, width}, 5, 1, DType::f32);
  const Tensor bias = cross_entropy_values({classes}, 6, 1, DType::f32),
               targets = random_targets(tokens, classes);
  Tensor logits = logits_of(hidden, weight, bias);
  logits.set_requires_grad();
  const Tensor want = cross_entropy(logits, targets, {.label_smoothing = 0.1});
  backward(want);
  const Gradients4 got = large_problem(1);
  EXPECT_NEAR(got.loss, want.item(), 1e-5);
  const std::vector<double> d = logits.grad().values(), w = weight.values(), h = hidden.values();
  for (const int64_t i : {0, 255, 256, 350, 699}) {
    for (int64_t c = 0; c < width; ++c) {
      double sum = 0;
      for (int64_t v = 0; v < classes; ++v) sum += d[i * classes + v] * w[v * width + c];
      EXPECT_NEAR(got.hidden[i * width + c], sum, 1e-7);
    }
  }
  for (const int64_t v : {0, 77, 19999}) {
    double db = 0;
    for (int64_t i = 0; i < tokens; ++i) db += d[i * classes + v];
    EXPECT_NEAR(got.bias[v], db, 1e-7);
    for (int64_t c = 0; c < width; ++c) {
      double sum = 0;
      for (int64_t i = 0; i < tokens; ++i) sum += d[i * classes + v] * h[i * width + c];
      EXPECT_NEAR(got.weight[v * width + c], sum, 1e-7);
    }
  }
}

TEST(LinearCrossEntropy, ThreadsDoNotChangeABit) {
  const int before = thread_count();
  set_thread_count(1);
  const Gradients4 one = large_problem(0.5);
  set_thread_count(4);
  const Gradients4 four = large_problem(0.5);
  set_thread_count(before);
  EXPECT_EQ(one.loss, four.loss);
  EXPECT_EQ(one.hidden, four.hidden);
  EXPECT_EQ(one.weight, four.weight);
  EXPECT_EQ(one.bias, four.bias);
}

TEST(LinearCrossEntropy, TokenAloneIsTheTokenInTheBatch) {
  const Tensor hidden = cross_entropy_values({90, 33}, 7, 1, DType::f32),
               weight = cross_entropy_values({101, 33}, 8, 1, DType::f32);
  const Tensor targets = random_targets(90, 101);
  const Tensor all = linear_log_probabilities(hidden, weight, {}, targets);
  for (const int64_t i : {0, 17, 89}) {
    const Tensor row = hidden.with_layout({1, 33}, {33, 1}, i * 33),
                 target = targets.with_layout({1}, {1}, i);
    EXPECT_EQ(linear_log_probabilities(row, weight, {}, target).item(), all.values()[i]);
  }
}

TEST(LinearCrossEntropy, LogProbabilitiesAddUpToOne) {
  const Tensor hidden = cross_entropy_values({1, 6}, 9), weight = cross_entropy_values({11, 6}, 10);
  double total = 0;
  for (int64_t v = 0; v < 11; ++v) {
    const Tensor target = Tensor::full({1}, static_cast<double>(v), DType::i64);
    total += std::exp(linear_log_probabilities(hidden, weight, {}, target).item());
  }
  EXPECT_NEAR(total, 1, 1e-12);
}

// The weight that embeds the input also projects to the output: both gradients arrive.
TEST(LinearCrossEntropy, GradientOfATiedWeightAddsUp) {
  Tensor weight = cross_entropy_values({5, 4}, 11);
  weight.set_requires_grad();
  const Tensor targets = random_targets(5, 5);
  backward(linear_cross_entropy(weight, weight, {}, targets));
  Tensor left = weight.clone(), right = weight.clone();
  left.set_requires_grad();
  right.set_requires_grad();
  backward(linear_cross_entropy(left, right, {}, targets));
  const std::vector<double> got = weight.grad().values(), a = left.grad().values(), b = right.grad().values();
  for (size_t i = 0; i < got.size(); ++i) EXPECT_NEAR(got[i], a[i] + b[i], 1e-14);
}

TEST(LinearCrossEntropy, NoTokens) {
  Tensor hidden = Tensor::zeros({0, 4}), weight = cross_entropy_values({5, 4}, 12, 1, DType::f32);
  hidden.set_requires_grad();
  weight.set_requires_grad();
  const Tensor loss =
      linear_cross_entropy(hidden, weight, {}, Tensor::zeros({0}, DType::i64), {.reduction = Reduction::sum});
  EXPECT_EQ(loss.item(), 0);
  backward(loss);
  EXPECT_EQ(weight.grad().values<float>(), std::vector<float>(20, 0.0f));
}

TEST(LinearCrossEntropy, RefusesWhatDoesNotFit) {
  const Tensor hidden = Tensor::zeros({2, 4}), weight = Tensor::zeros({5, 4}),
               targets = Tensor::zeros({2}, DType::i64);
  EXPECT_THROW(linear_cross_entropy(hidden, Tensor::zeros({5, 3}), {}, targets), Error);
  EXPECT_THROW(linear_cross_entropy(hidden, weight, Tensor::zeros({4}), targets), Error);
  EXPECT_THROW(linear_cross_entropy(hidden, weight, {}, Tensor::zeros({3}, DType::i64)), Error);
  EXPECT_THROW(linear_cross_entropy(hidden, weight, {}, Tensor::full({2}, 5, DType::i64)), Error);
  EXPECT_THROW(linear_cross_entropy(hidden, weight.converted(DType::f64), {}, targets), Error);
}

}  // namespace
}  // namespace hodhod
