// SPDX-License-Identifier: Apache-2.0
#include "hodhod/ops/reduce.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "hodhod/ops/shape.h"
#include "hodhod/ops/test_tensors.h"

namespace hodhod {
namespace {

TEST(Reduce, SumsAndMeansOverAnyDimensions) {
  const Dims choices[] = {{0}, {1}, {2}, {-1, 0}, {0, 1, 2}, {1, 2}};
  for (const Shape& shape : {Shape{3, 4, 5}, Shape{1, 3, 1}, Shape{2, 0, 3}}) {
    for (const Dims& dims : choices) {
      for (Keep keep : {Keep::no, Keep::yes}) {
        for (const Tensor& x : {random_tensor(shape, 1), strided_tensor(shape, 2)}) {
          expect_op([&](Inputs in) { return sum(in[0], dims, keep); }, {x}, "sum");
          if (x.numel() > 0) expect_op([&](Inputs in) { return mean(in[0], dims, keep); }, {x}, "mean");
        }
      }
    }
  }
  expect_op([](Inputs in) { return sum(in[0]); }, {strided_tensor({7, 9}, 3)}, "sum of all");
  expect_op([](Inputs in) { return mean(in[0]); }, {random_tensor({}, 4)}, "mean of a scalar");
  expect_f32_agrees([](Inputs in) { return sum(in[0], 0); }, {random_tensor({999, 55}, 5)}, "large");
  expect_f32_agrees([](Inputs in) { return mean(in[0], 1); }, {random_tensor({555, 99}, 5)}, "large");
}

TEST(Reduce, Values) {
  const Tensor x = Tensor::from({1.0, 2.0, 3.0, 4.0, 5.0, 6.0}, {2, 3});
  EXPECT_EQ(sum(x).item(), 21);
  EXPECT_EQ(sum(x, 0).values(), (std::vector<double>{5, 7, 9}));
  EXPECT_EQ(mean(x, -1, Keep::yes).shape(), (Shape{2, 1}));
  EXPECT_EQ(mean(x, -1).values(), (std::vector<double>{2, 5}));
  EXPECT_EQ(sum_to(x, {2, 1}).values(), (std::vector<double>{6, 15}));
  EXPECT_EQ(sum_to(x, {}).values(), (std::vector<double>{21}));
  EXPECT_EQ(l2_norm(Tensor::from({3.0, 4.0}, {2})).item(), 5);
}

TEST(Reduce, MaxAndArgmax) {
  const Tensor x = Tensor::from({1.0, 5.0, 3.0, 5.0, 5.0, 0.0}, {2, 3});
  EXPECT_EQ(argmax(x).values<int64_t>(), (std::vector<int64_t>{1, 0}));
  EXPECT_EQ(argmax(x, 0).values<int64_t>(), (std::vector<int64_t>{1, 0, 0}));
  EXPECT_EQ(max(x, 0).values(), (std::vector<double>{5, 5, 3}));
  EXPECT_EQ(max(x, 0, Keep::yes).shape(), (Shape{1, 3}));
  for (int dim : {0, 1, -1}) {
    expect_op([=](Inputs in) { return max(in[0], dim); }, {strided_tensor({3, 4, 5}, 1)}, "max");
    expect_op([=](Inputs in) { return max(in[0], dim, Keep::yes); }, {random_tensor({3, 1, 5}, 2)}, "max");
  }
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(argmax(Tensor::from({1.0, nan, 3.0}, {3})).item(), 1);
}

TEST(Reduce, SumToUndoesExpand) {
  for (const Shape& shape : {Shape{1, 3}, Shape{3}, Shape{2, 1}, Shape{}}) {
    expect_op([&](Inputs in) { return sum_to(in[0], shape); }, {strided_tensor({4, 2, 3}, 1)},
              to_string(shape));
  }
}

TEST(Reduce, L2Norm) {
  expect_op([](Inputs in) { return l2_norm(in[0]); }, {strided_tensor({4, 6}, 1)}, "l2_norm");
}

TEST(Reduce, Errors) {
  const Tensor x = random_tensor({2, 3}, 1);
  expect_error([&] { sum(x, 2); }, "sum", "dimension 2", "rank 2");
  expect_error([&] { mean(x, {0, -2}); }, "mean", "dimension 0", "twice");
  expect_error([&] { argmax(random_tensor({2, 0}, 1)); }, "argmax", "[2, 0]", "empty");
  expect_error([&] { sum_to(x, {4}); }, "sum_to", "[2, 3]", "[4]");
  expect_error([&] { sum(x.converted(DType::i32)); }, "sum", "i32", "convert");
}

}  // namespace
}  // namespace hodhod
