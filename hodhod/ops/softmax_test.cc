// SPDX-License-Identifier: Apache-2.0
#include "hodhod/ops/softmax.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "hodhod/ops/elementwise.h"
#include "hodhod/ops/reduce.h"
#include "hodhod/ops/test_tensors.h"

namespace hodhod {
namespace {

TEST(Softmax, GradientsAlongAnyDimension) {
  for (const Shape& shape : {Shape{3, 4, 5}, Shape{1, 1, 1}, Shape{2, 0, 3}, Shape{2, 3, 17}}) {
    for (int dim : {-1, 0, 1}) {
      for (const Tensor& x : {random_tensor(shape, 1), strided_tensor(shape, 2)}) {
        expect_op([=](Inputs in) { return softmax(in[0], {.dim = dim}); }, {x},
                  "softmax " + to_string(shape));
        expect_op([=](Inputs in) { return log_softmax(in[0], {.dim = dim}); }, {x},
                  "log_softmax " + to_string(shape));
      }
    }
  }
  expect_f32_agrees([](Inputs in) { return softmax(in[0]); }, {random_tensor({300, 301}, 3)}, "large");
}

TEST(Softmax, Lengths) {
  const Tensor lengths = Tensor::from(std::vector<int64_t>{0, 3, 5}, {3});
  for (const Shape& shape : {Shape{3, 5}, Shape{3, 2, 5}}) {
    expect_op([=](Inputs in) { return softmax(in[0], {.lengths = lengths}); }, {strided_tensor(shape, 1)},
              "lengths");
  }
  // Behind the length the logarithm is −∞, which has no differences to compare with.
  expect_op(
      [=](Inputs in) {
        return maximum(log_softmax(in[0], {.lengths = lengths}), Tensor::full({}, -50, in[0].dtype()));
      },
      {random_tensor({3, 2, 5}, 1)}, "log lengths");
  const Tensor y = softmax(random_tensor({3, 5}, 2), {.lengths = lengths.converted(DType::i32)});
  EXPECT_EQ(sum(y, -1).values()[0], 0);
  EXPECT_NEAR(sum(y, -1).values()[1], 1, 1e-12);
  EXPECT_EQ(y.values()[5 + 3], 0);
  EXPECT_EQ(log_softmax(random_tensor({3, 5}, 2), {.lengths = lengths}).values()[0],
            -std::numeric_limits<double>::infinity());
}

TEST(Softmax, LogIsTheLogarithm) {
  const Tensor x = random_tensor({4, 9}, 1);
  const auto a = log(softmax(x)).values(), b = log_softmax(x).values();
  for (size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], 1e-12);
}

TEST(Softmax, Errors) {
  const Tensor x = random_tensor({2, 3}, 1);
  expect_error([&] { softmax(x, {.dim = 2}); }, "softmax", "2", "[2, 3]");
  expect_error(
      [&] {
        softmax(x, {.lengths = Tensor::from(std::vector<int64_t>{1, 4}, {2})});
      },
      "softmax", "length 4", "3");
  expect_error([&] { softmax(x, {.lengths = Tensor::from(std::vector<int64_t>{1}, {1})}); }, "softmax", "[1]",
               "[2, 3]");
  expect_error([&] { softmax(x, {.lengths = x}); }, "lengths", "f64", "i64");
  expect_error([&] { log_softmax(Tensor::scalar(1)); }, "log_softmax", "[]");
}

}  // namespace
}  // namespace hodhod
