// SPDX-License-Identifier: Apache-2.0
#include "hodhod/ops/norm.h"

#include <gtest/gtest.h>

#include <vector>

#include "hodhod/ops/elementwise.h"
#include "hodhod/ops/test_tensors.h"

namespace hodhod {
namespace {

constexpr NormKind kKinds[] = {NormKind::layer, NormKind::rms};

TEST(Norm, Gradients) {
  for (NormKind kind : kKinds) {
    const NormOptions options = {.kind = kind, .epsilon = 1e-3};
    for (const Shape& shape : {Shape{3, 5}, Shape{2, 3, 17}, Shape{4}, Shape{0, 3}, Shape{40, 2}}) {
      const Tensor gamma = random_tensor({shape[-1]}, 2), beta = random_tensor({shape[-1]}, 3);
      for (const Tensor& x : {random_tensor(shape, 1), strided_tensor(shape, 1)}) {
        expect_op([=](Inputs in) { return norm(in[0], in[1], in[2], options); }, {x, gamma, beta},
                  to_string(shape));
        expect_op([=](Inputs in) { return norm(in[0], Tensor(), Tensor(), options); }, {x}, "plain");
        expect_op([=](Inputs in) { return norm(in[0], in[1], Tensor(), options); }, {x, gamma}, "gamma");
      }
    }
    expect_f32_agrees([=](Inputs in) { return norm(in[0], in[1], in[2], options); },
                      {random_tensor({200, 129}, 1), random_tensor({129}, 2), random_tensor({129}, 3)},
                      "large");
  }
}

TEST(Norm, OneIsAddedToGamma) {
  for (NormKind kind : kKinds) {
    const NormOptions options = {.kind = kind, .epsilon = 1e-3, .plus_one = true};
    const Tensor x = random_tensor({3, 5}, 1), gamma = random_tensor({5}, 2), beta = random_tensor({5}, 3);
    const NormOptions plain = {.kind = kind, .epsilon = 1e-3};
    EXPECT_EQ(norm(x, gamma, beta, options).values(), norm(x, gamma + 1.0, beta, plain).values());
    expect_op([=](Inputs in) { return norm(in[0], in[1], in[2], options); }, {x, gamma, beta}, "norm");
    expect_op([=](Inputs in) { return add_norm(in[0], in[0], in[1], in[2], options); }, {x, gamma, beta},
              "add_norm");
    expect_op(
        [=](Inputs in) {
          const auto r = add_norm_sum(in[0], in[0], in[1], in[2], options);
          return r.y * r.sum;
        },
        {x, gamma, beta}, "add_norm_sum");
  }
}

TEST(Norm, AddNormIsTheNormOfTheSum) {
  for (NormKind kind : kKinds) {
    const NormOptions options = {.kind = kind};
    const std::vector<Tensor> inputs = {strided_tensor({3, 7}, 1), random_tensor({3, 7}, 2),
                                        random_tensor({7}, 3), random_tensor({7}, 4)};
    const Op fused = [=](Inputs in) { return add_norm(in[0], in[1], in[2], in[3], options); };
    expect_op(fused, inputs, "add_norm");
    const auto got = fused(inputs).values();
    const auto want = norm(inputs[0] + inputs[1], inputs[2], inputs[3], options).values();
    EXPECT_EQ(got, want);
    {
      NoGrad off;
      EXPECT_EQ(fused(inputs).values(), want);
    }
    // Both results used, and each alone.
    const auto both = [=](Inputs in) { return add_norm_sum(in[0], in[1], in[2], in[3], options); };
    expect_op(
        [=](Inputs in) {
          const auto r = both(in);
          return r.y * r.sum;
        },
        inputs, "both");
    expect_op([=](Inputs in) { return both(in).y; }, inputs, "y");
    expect_op([=](Inputs in) { return both(in).sum; }, inputs, "sum");
    EXPECT_EQ(both(inputs).sum.values(), (inputs[0] + inputs[1]).values());
  }
}

TEST(Norm, ParametersUsedTwiceAddUp) {
  expect_op([](Inputs in) { return norm(norm(in[0], in[1], in[2]), in[1], in[2]); },
            {random_tensor({3, 6}, 1), random_tensor({6}, 2), random_tensor({6}, 3)}, "twice");
}

TEST(Norm, Errors) {
  const Tensor x = random_tensor({2, 3}, 1);
  expect_error([&] { norm(x, random_tensor({4}, 1), Tensor()); }, "norm", "gamma", "[4]", "[3]");
  expect_error([&] { norm(x, Tensor(), random_tensor({3}, 1, DType::f32)); }, "norm", "f64", "f32");
  expect_error(
      [&] {
        add_norm(x, random_tensor({2, 4}, 1), Tensor(), Tensor());
      },
      "add_norm", "[2, 3]", "[2, 4]");
  expect_error([&] { norm(Tensor::scalar(1), Tensor(), Tensor()); }, "norm", "[]");
}

}  // namespace
}  // namespace hodhod
