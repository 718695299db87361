// SPDX-License-Identifier: Apache-2.0
#include "hodhod/ops/matmul.h"

#include <gtest/gtest.h>

#include <cstring>

#include "hodhod/ops/shape.h"
#include "hodhod/ops/test_tensors.h"

namespace hodhod {
namespace {

Shape swapped(Shape shape, bool swap) {
  if (swap) std::swap(shape[-1], shape[-2]);
  return shape;
}

TEST(Matmul, GradientsOfAllTranspositionsLayoutsAndBatches) {
  const std::pair<Shape, Shape> shapes[] = {
      {{3, 4}, {4, 5}},    {{1, 1}, {1, 1}},          {{2, 3, 4}, {2, 4, 5}},       {{2, 3, 4}, {4, 5}},
      {{3, 4}, {2, 4, 5}}, {{2, 1, 3, 4}, {3, 4, 2}}, {{1, 2, 2, 3}, {2, 1, 3, 1}}, {{3, 0}, {0, 4}},
      {{0, 3}, {3, 4}},    {{2, 0, 3, 2}, {2, 3}},    {{2, 2, 3}, {2, 3, 0}}};
  for (const auto& [a, b] : shapes) {
    for (const MatmulOptions options : {MatmulOptions{}, {true, false}, {false, true}, {true, true}}) {
      const auto op = [=](Inputs in) { return matmul(in[0], in[1], options); };
      const std::string name = to_string(a) + " x " + to_string(b) + (options.transpose_a ? " t" : " n") +
                               (options.transpose_b ? "t" : "n");
      const Shape sa = swapped(a, options.transpose_a), sb = swapped(b, options.transpose_b);
      expect_op(op, {random_tensor(sa, 1), random_tensor(sb, 2)}, name);
      expect_gradients(op, {strided_tensor(sa, 1), strided_tensor(sb, 2)}, name + " strided");
    }
  }
}

TEST(Matmul, GradientsOfViews) {
  // Columns that are dense, a slice of columns, an expanded operand, and one used twice.
  expect_op([](Inputs in) { return matmul(transpose(in[0], 0, 1), slice(in[1], 1, 1, 4)); },
            {random_tensor({4, 3}, 1), random_tensor({4, 6}, 2)}, "views");
  expect_op(
      [](Inputs in) {
        return matmul(expand(in[0], {3, 2, 4}), in[1]);
      },
      {random_tensor({2, 4}, 1), random_tensor({3, 4, 2}, 2)}, "expanded");
  expect_op([](Inputs in) { return matmul(in[0], in[0], {.transpose_b = true}); },
            {random_tensor({2, 3, 4}, 1)}, "twice");
}

TEST(Matmul, AgreesWithDoubleOnLargerOnes) {
  for (const MatmulOptions options : {MatmulOptions{}, {true, false}, {false, true}, {true, true}}) {
    expect_f32_agrees([=](Inputs in) { return matmul(in[0], in[1], options); },
                      {random_tensor(swapped({2, 37, 61}, options.transpose_a), 1),
                       random_tensor(swapped({61, 45}, options.transpose_b), 2)},
                      "larger");
  }
}

TEST(Matmul, ARowAloneHasTheBitsOfTheRowInABatch) {
  const Tensor a = random_tensor({4, 33, 700}, 1, DType::f32), b = random_tensor({700, 50}, 2, DType::f32);
  const Tensor all = matmul(a, b);
  for (int64_t i : {0, 32, 33, 100, 131}) {
    const Tensor row = a.with_layout({1, 700}, {700, 1}, i * 700);
    EXPECT_EQ(std::memcmp(matmul(row, b).raw(), all.raw() + i * 50 * 4, 50 * 4), 0) << i;
  }
}

TEST(Matmul, Errors) {
  const Tensor a = random_tensor({2, 3}, 1);
  expect_error([&] { matmul(a, a); }, "matmul", "3", "2", "[2, 3]");
  expect_error([&] { matmul(a, random_tensor({3}, 1)); }, "matmul", "[3]", "two dimensions");
  expect_error(
      [&] {
        matmul(random_tensor({2, 2, 3}, 1), random_tensor({3, 3, 1}, 1));
      },
      "matmul", "[2]", "[3]");
  expect_error([&] { matmul(a, random_tensor({3, 2}, 1, DType::f32)); }, "matmul", "f64", "f32");
  expect_error([&] { matmul(a, Tensor()); }, "matmul", "right operand");
}

}  // namespace
}  // namespace hodhod
