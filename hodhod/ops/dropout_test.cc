// SPDX-License-Identifier: Apache-2.0
#include "hodhod/ops/dropout.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "hodhod/ops/elementwise.h"
#include "hodhod/ops/test_tensors.h"

namespace hodhod {
namespace {

TEST(Dropout, Gradients) {
  const Rng rng(3, 5);
  for (const Shape& shape : {Shape{}, Shape{0, 3}, Shape{3, 5}, Shape{2, 3, 70}}) {
    for (const Tensor& x : {random_tensor(shape, 1), strided_tensor(shape, 2)}) {
      expect_op([=](Inputs in) { return dropout(in[0], 0.4, rng); }, {x}, to_string(shape));
      expect_op([=](Inputs in) { return dropout_add(in[0], Tensor(), in[1], 0.4, rng); },
                {x, random_tensor(shape, 3)}, "residual");
      if (shape.rank() == 0) continue;
      expect_op([=](Inputs in) { return dropout_add(in[0], in[1], in[2], 0.4, rng); },
                {x, random_tensor({shape[-1]}, 4), random_tensor(shape, 3)}, "all");
    }
  }
  expect_f32_agrees([=](Inputs in) { return dropout(in[0], 0.1, rng); }, {random_tensor({99, 999}, 1)},
                    "large");
}

TEST(Dropout, KeepsOrDropsAndNothingElse) {
  const Tensor x = Tensor::full({10000}, 2, DType::f32);
  int64_t dropped = 0;
  for (double y : dropout(x, 0.25, Rng(1)).values()) {
    if (y == 0) {
      ++dropped;
    } else {
      EXPECT_FLOAT_EQ(static_cast<float>(y), 2 / 0.75f);
    }
  }
  EXPECT_NEAR(static_cast<double>(dropped), 2500, 250);
  EXPECT_EQ(dropout(x, 0, Rng(1)).values(), x.values());
}

TEST(Dropout, WithProbabilityZeroOnlyAdds) {
  const Tensor x = random_tensor({3, 4}, 1), bias = random_tensor({4}, 2),
               residual = random_tensor({3, 4}, 3);
  EXPECT_EQ(dropout_add(x, bias, residual, 0, Rng(1)).values(), (x + bias + residual).values());
}

TEST(Dropout, Errors) {
  const Tensor x = random_tensor({2, 3}, 1);
  expect_error([&] { dropout(x, 1, Rng()); }, "dropout", "probability 1", "[0, 1)");
  expect_error([&] { dropout(x, std::nan(""), Rng()); }, "dropout", "nan");
  expect_error([&] { dropout_add(x, random_tensor({2}, 1), Tensor(), 0.1, Rng()); }, "dropout", "bias [2]",
               "[3]");
  expect_error([&] { dropout_add(x, Tensor(), random_tensor({3}, 1), 0.1, Rng()); }, "dropout", "[2, 3]",
               "[3]");
}

}  // namespace
}  // namespace hodhod
