// SPDX-License-Identifier: Apache-2.0
#include "hodhod/ops/loss.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "hodhod/base/rng.h"
#include "hodhod/base/testing.h"
#include "hodhod/tensor/gradcheck.h"
#include "hodhod/tensor/tape.h"

namespace hodhod {
namespace {

Tensor loss_values(const Shape& shape, uint64_t stream, DType dtype = DType::f64) {
  Rng rng(9, stream);
  std::vector<double> values(static_cast<size_t>(shape.numel()));
  for (double& x : values) x = rng.normal();
  return Tensor::from(values, shape).converted(dtype);
}

Tensor probabilities(const Shape& shape, uint64_t stream) {
  const Tensor q = loss_values(shape, stream);
  const int64_t classes = shape[-1];
  double* values = q.data<double>();
  for (int64_t row = 0; row < q.numel() / classes; ++row) {
    double sum = 0;
    for (int64_t c = 0; c < classes; ++c)
      sum += values[row * classes + c] = std::fabs(values[row * classes + c]);
    for (int64_t c = 0; c < classes; ++c) values[row * classes + c] /= sum;
  }
  return q;
}

constexpr Reduction kReductions[] = {Reduction::none, Reduction::sum, Reduction::mean};

TEST(CrossEntropyOp, GradientIsTheDerivative) {
  const Tensor targets = Tensor::from<int64_t>({1, -100, 4, 0, 2, 3}, {2, 3});
  for (const Reduction reduction : kReductions) {
    for (const double smoothing : {0.0, 0.1}) {
      for (const bool weighted : {false, true}) {
        CrossEntropyOptions options{.label_smoothing = smoothing, .reduction = reduction};
        if (weighted) options.weight = Tensor::from<double>({0.5, 1, 2, 1.5, 0.25}, {5});
        const GradcheckResult result =
            gradcheck([&](std::span<const Tensor> in) { return cross_entropy(in[0], targets, options); },
                      {loss_values({2, 3, 5}, 1)});
        EXPECT_TRUE(result) << result.message;
      }
    }
  }
}

TEST(CrossEntropyOp, StridedLogitsAreTheirDenseCopy) {
  const Tensor stored = loss_values({5, 4}, 2, DType::f32);
  const Tensor turned = stored.with_layout({4, 5}, {1, 4});
  const Tensor targets = Tensor::from<int64_t>({0, 4, 2, 2}, {4});
  EXPECT_EQ(cross_entropy(turned, targets).item(), cross_entropy(turned.dense(), targets).item());
}

TEST(CrossEntropyOp, SinglePrecisionAgreesWithDouble) {
  const Tensor x = loss_values({50, 33}, 3), targets = Tensor::zeros({50}, DType::i64);
  for (int64_t i = 0; i < 50; ++i) targets.data<int64_t>()[i] = i % 33;
  Tensor wide = x.clone(), narrow = x.converted(DType::f32);
  wide.set_requires_grad();
  narrow.set_requires_grad();
  const Tensor a = cross_entropy(wide, targets, {.label_smoothing = 0.1});
  const Tensor b = cross_entropy(narrow, targets, {.label_smoothing = 0.1});
  EXPECT_NEAR(a.item(), b.item(), 1e-6);
  backward(a);
  backward(b);
  const std::vector<double> want = wide.grad().values(), got = narrow.grad().values();
  for (size_t i = 0; i < want.size(); ++i) EXPECT_NEAR(got[i], want[i], 1e-7);
}

TEST(CrossEntropyOp, SizesZeroAndOne) {
  EXPECT_EQ(cross_entropy(Tensor::zeros({1, 1}), Tensor::zeros({1}, DType::i64)).item(), 0);
  EXPECT_EQ(
      cross_entropy(Tensor::zeros({0, 3}), Tensor::zeros({0}, DType::i64), {.reduction = Reduction::sum})
          .item(),
      0);
  const Tensor ignored = Tensor::full({2}, -100, DType::i64);
  EXPECT_TRUE(std::isnan(cross_entropy(Tensor::zeros({2, 3}), ignored).item()));
  EXPECT_EQ(cross_entropy(Tensor::zeros({2, 3}), ignored, {.reduction = Reduction::sum}).item(), 0);
}

TEST(CrossEntropyOp, RefusesWhatDoesNotFit) {
  const Tensor logits = Tensor::zeros({2, 3});
  expect_error([&] { cross_entropy(logits, Tensor::zeros({3}, DType::i64)); }, "[2, 3]");
  expect_error([&] { cross_entropy(logits, Tensor::zeros({2})); }, "i64");
  expect_error([&] { cross_entropy(logits, Tensor::full({2}, 3, DType::i64)); }, "target 3");
  expect_error([&] { cross_entropy(logits, Tensor::full({2}, -1, DType::i64)); }, "0 to 2");
  expect_error([&] { cross_entropy(logits, Tensor::zeros({2}, DType::i64), {.label_smoothing = 1.5}); },
               "1.5");
  expect_error([&] { cross_entropy(logits, Tensor::zeros({2}, DType::i64), {.weight = Tensor::zeros({2})}); },
               "[2]");
  expect_error([&] { soft_cross_entropy(logits, Tensor::zeros({2, 2})); }, "[2, 2]");
  expect_error([&] { mse_loss(logits, Tensor::zeros({3, 2})); }, "[3, 2]");
  expect_error([&] { smooth_l1_loss(logits, logits, 0); }, "beta");
}

TEST(SoftCrossEntropyOp, OneHotIsCrossEntropyAndGradientIsTheDerivative) {
  const Tensor x = loss_values({4, 5}, 4), targets = Tensor::from<int64_t>({3, 0, 1, 4}, {4});
  const Tensor hot = Tensor::zeros({4, 5}, DType::f64);
  for (int64_t i = 0; i < 4; ++i) hot.data<double>()[i * 5 + targets.data<int64_t>()[i]] = 1;
  EXPECT_NEAR(soft_cross_entropy(x, hot, {.label_smoothing = 0.1}).item(),
              cross_entropy(x, targets, {.label_smoothing = 0.1}).item(), 1e-12);
  const Tensor q = probabilities({4, 5}, 5);
  for (const Reduction reduction : kReductions) {
    const CrossEntropyOptions options{.label_smoothing = 0.1,
                                      .weight = Tensor::from<double>({0.5, 1, 2, 1.5, 0.25}, {5}),
                                      .reduction = reduction};
    const GradcheckResult result =
        gradcheck([&](std::span<const Tensor> in) { return soft_cross_entropy(in[0], q, options); }, {x});
    EXPECT_TRUE(result) << result.message;
    CrossEntropyOptions narrow = options;
    narrow.weight = options.weight.converted(DType::f32);
    narrow.reduction = Reduction::sum;
    CrossEntropyOptions wide = options;
    wide.reduction = Reduction::sum;
    EXPECT_NEAR(soft_cross_entropy(x.converted(DType::f32), q.converted(DType::f32), narrow).item(),
                soft_cross_entropy(x, q, wide).item(), 1e-5);
  }
}

TEST(PointwiseLossOp, GradientIsTheDerivative) {
  const Tensor x = loss_values({3, 4}, 6), t = probabilities({3, 4}, 7);
  for (const Reduction reduction : kReductions) {
    const auto expect_derivative = [&](auto loss) {
      const GradcheckResult result = gradcheck([&](std::span<const Tensor> in) { return loss(in[0]); }, {x});
      EXPECT_TRUE(result) << result.message;
    };
    expect_derivative([&](const Tensor& in) { return mse_loss(in, t, reduction); });
    expect_derivative([&](const Tensor& in) { return l1_loss(in, t, reduction); });
    expect_derivative([&](const Tensor& in) { return smooth_l1_loss(in, t, 0.5, reduction); });
    expect_derivative([&](const Tensor& in) { return binary_cross_entropy_with_logits(in, t, reduction); });
    expect_derivative([&](const Tensor& in) { return kl_divergence(in, t, reduction); });
  }
}

}  // namespace
}  // namespace hodhod
