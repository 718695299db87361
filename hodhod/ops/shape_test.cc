// SPDX-License-Identifier: Apache-2.0
#include "hodhod/ops/shape.h"

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

#include "hodhod/ops/elementwise.h"
#include "hodhod/ops/test_tensors.h"

namespace hodhod {
namespace {

Tensor counting(const Shape& shape, DType dtype = DType::f64) {
  std::vector<double> values(static_cast<size_t>(shape.numel()));
  std::iota(values.begin(), values.end(), 0.0);
  return Tensor::from(values, shape).converted(dtype);
}
Tensor indices_of(const std::vector<int64_t>& ids, const Shape& shape) { return Tensor::from(ids, shape); }

bool shares(const Tensor& a, const Tensor& b) { return a.storage().get() == b.storage().get(); }

TEST(Shape, Reshape) {
  const Tensor x = counting({2, 3, 4});
  EXPECT_EQ(reshape(x, {4, -1}).shape(), (Shape{4, 6}));
  EXPECT_TRUE(shares(reshape(x, {24}), x));
  EXPECT_EQ(reshape(x, {6, 4}).values(), x.values());
  // [2, 3, 4] with the last two swapped: the first can be split, the last two not joined, without a copy.
  const Tensor turned = transpose(x, 1, 2);
  EXPECT_TRUE(shares(reshape(turned, {2, 2, 2, 3}), x));
  EXPECT_FALSE(shares(reshape(turned, {2, 12}), x));
  EXPECT_TRUE(shares(reshape(slice(x, 0, 1, 2), {3, 1, 2, 2}), x));
  for (const Shape& shape :
       {Shape{2, 12}, Shape{2, 2, 2, 3}, Shape{24}, Shape{1, 2, 4, 1, 3}, Shape{4, 3, 2}}) {
    EXPECT_EQ(reshape(turned, shape).values(), turned.values()) << to_string(shape);
    expect_op([&](Inputs in) { return reshape(in[0], shape); }, {strided_tensor({2, 4, 3}, 1)},
              to_string(shape));
  }
  EXPECT_EQ(reshape(Tensor::zeros({2, 0}), {0, 5}).shape(), (Shape{0, 5}));
  EXPECT_EQ(reshape(Tensor::scalar(1), {1, 1}).shape(), (Shape{1, 1}));
}

TEST(Shape, Views) {
  const Tensor x = counting({2, 3});
  EXPECT_EQ(transpose(x, 0, -1).values(), (std::vector<double>{0, 3, 1, 4, 2, 5}));
  EXPECT_EQ(permute(counting({1, 2, 3}), {2, 0, 1}).shape(), (Shape{3, 1, 2}));
  EXPECT_EQ(slice(x, 1, 1, 3).values(), (std::vector<double>{1, 2, 4, 5}));
  EXPECT_EQ(select(x, 0, -1).values(), (std::vector<double>{3, 4, 5}));
  EXPECT_EQ(expand(select(x, 1, 0), {2, 2}).values(), (std::vector<double>{0, 3, 0, 3}));
  EXPECT_EQ(unsqueeze(x, -1).shape(), (Shape{2, 3, 1}));
  EXPECT_EQ(squeeze(unsqueeze(x, 1), 1).shape(), x.shape());
  EXPECT_EQ(slice(x, 1, 3, 3).shape(), (Shape{2, 0}));
}

TEST(Shape, GradientsOfViews) {
  for (const Tensor& x : {random_tensor({3, 4, 5}, 1), strided_tensor({3, 4, 5}, 2)}) {
    expect_op([](Inputs in) { return transpose(in[0], 0, 2); }, {x}, "transpose");
    expect_op([](Inputs in) { return permute(in[0], {1, 2, 0}); }, {x}, "permute");
    expect_op([](Inputs in) { return slice(in[0], 1, 1, 3); }, {x}, "slice");
    expect_op([](Inputs in) { return select(in[0], 2, 4); }, {x}, "select");
    expect_op([](Inputs in) { return expand(unsqueeze(in[0], 0), {2, 3, 4, 5}); }, {x}, "expand");
    expect_op([](Inputs in) { return squeeze(slice(in[0], 0, 1, 2), 0); }, {x}, "squeeze");
    expect_op([](Inputs in) { return contiguous(transpose(in[0], 0, 1)); }, {x}, "contiguous");
    // Overlapping parts add up.
    expect_op([](Inputs in) { return slice(in[0], 0, 0, 2) * slice(in[0], 0, 1, 3); }, {x}, "two slices");
    expect_op([](Inputs in) { return select(in[0], 0, 0) + tanh(select(in[0], 0, 0)); }, {x}, "select twice");
  }
  expect_op([](Inputs in) { return slice(in[0], 1, 0, 0); }, {random_tensor({3, 0}, 1)}, "empty");
}

TEST(Shape, SplitAndChunk) {
  const Tensor x = counting({2, 6});
  const auto parts = split(x, 1, std::vector<int64_t>{1, 0, 5});
  EXPECT_EQ(parts[0].values(), (std::vector<double>{0, 6}));
  EXPECT_EQ(parts[1].numel(), 0);
  EXPECT_EQ(chunk(x, -1, 3)[2].values(), (std::vector<double>{4, 5, 10, 11}));
  for (const Tensor& in : {random_tensor({4, 6}, 1), strided_tensor({4, 6}, 2)}) {
    expect_op(
        [](Inputs x3) {
          const auto p = chunk(x3[0], 1, 3);
          return p[0] * p[1] + p[2];
        },
        {in}, "chunk");
    expect_op([](Inputs x3) { return chunk(x3[0], 0, 2)[1]; }, {in}, "only one used");
    expect_op(
        [](Inputs x3) {
          const auto p = chunk(x3[0], 0, 2);
          return p[0] * slice(x3[0], 0, 1, 3);
        },
        {in}, "with something there already");
  }
}

TEST(Shape, ConcatStackPad) {
  const Tensor a = counting({2, 1}), b = counting({2, 2});
  EXPECT_EQ(concat({a, b}, 1).values(), (std::vector<double>{0, 0, 1, 1, 2, 3}));
  EXPECT_EQ(stack({a, a}, 0).shape(), (Shape{2, 2, 1}));
  EXPECT_EQ(stack({b, b}, -1).values(), (std::vector<double>{0, 0, 1, 1, 2, 2, 3, 3}));
  EXPECT_EQ(pad(b, 1, 1, 2, 9).values(), (std::vector<double>{9, 0, 1, 9, 9, 9, 2, 3, 9, 9}));
  EXPECT_EQ(concat({counting({2}, DType::i64), counting({1}, DType::i64)}, 0).values(),
            (std::vector<double>{0, 1, 0}));
  for (int dim : {0, 1, -1}) {
    expect_op(
        [=](Inputs in) {
          return concat({in[0], in[1], in[0]}, dim);
        },
        {strided_tensor({3, 3}, 1), random_tensor({3, 3}, 2)}, "concat");
    expect_op(
        [=](Inputs in) {
          return stack({in[0], in[1]}, dim);
        },
        {strided_tensor({3, 3}, 1), random_tensor({3, 3}, 2)}, "stack");
    expect_op([=](Inputs in) { return pad(in[0], dim, 1, 2); }, {strided_tensor({3, 4}, 1)}, "pad");
  }
  expect_op(
      [=](Inputs in) {
        return concat({in[0], in[1]}, 1);
      },
      {random_tensor({2, 0}, 1), random_tensor({2, 3}, 2)}, "empty part");
}

TEST(Shape, IndexSelectAndGather) {
  const Tensor x = counting({3, 4});
  EXPECT_EQ(index_select(x, 1, indices_of({3, 0, 3}, {3})).values(),
            (std::vector<double>{3, 0, 3, 7, 4, 7, 11, 8, 11}));
  EXPECT_EQ(gather(x, 1, indices_of({3, 0, 2}, {3, 1})).values(), (std::vector<double>{3, 4, 10}));
  EXPECT_EQ(gather(x, 0, indices_of({2, 0, 1, 1}, {1, 4})).values(), (std::vector<double>{8, 1, 6, 7}));
  EXPECT_EQ(index_select(counting({3}, DType::u8), 0, indices_of({2, 1}, {2})).values(),
            (std::vector<double>{2, 1}));
  for (const Tensor& in : {random_tensor({3, 4, 2}, 1), strided_tensor({3, 4, 2}, 2)}) {
    for (int dim : {0, 1, 2}) {
      expect_op(
          [=](Inputs i) {
            return index_select(i[0], dim, indices_of({1, 0, 1, 1}, {4}));
          },
          {in}, "index_select");
      expect_op(
          [=](Inputs i) {
            return gather(i[0], dim, indices_of({1, 0, 1, 1, 0, 0, 1, 1}, {2, 2, 2}));
          },
          {in}, "gather");
    }
  }
  expect_op([](Inputs i) { return index_select(i[0], 0, indices_of({}, {0})); }, {random_tensor({3, 2}, 1)},
            "none");
}

TEST(Shape, Errors) {
  const Tensor x = counting({2, 3});
  expect_error([&] { reshape(x, {4, 2}); }, "reshape", "[2, 3]", "6", "[4, 2]");
  expect_error([&] { reshape(x, {-1, -1}); }, "reshape", "-1");
  expect_error([&] { reshape(x, {-1, 4}); }, "reshape", "[2, 3]", "divide");
  expect_error([&] { transpose(x, 0, 2); }, "transpose", "dimension 2", "[2, 3]");
  expect_error([&] { permute(x, {0, 0}); }, "permute", "twice");
  expect_error([&] { permute(x, {0}); }, "permute", "1", "[2, 3]");
  expect_error([&] { slice(x, 1, 2, 4); }, "slice", "from 2 to 4", "[2, 3]");
  expect_error([&] { select(x, 0, 2); }, "select", "index 2", "[2, 3]");
  expect_error([&] { expand(x, {3, 3}); }, "expand", "[2, 3]", "[3, 3]");
  expect_error([&] { squeeze(x, 0); }, "squeeze", "[2, 3]", "extent 2");
  expect_error([&] { split(x, 1, std::vector<int64_t>{1, 1}); }, "split", "2", "3");
  expect_error([&] { split(x, 1, std::vector<int64_t>{1, 4}); }, "split", "4", "[2, 3]");
  expect_error([&] { chunk(x, 1, 2); }, "chunk", "[2, 3]", "2");
  expect_error([&] { concat({x, counting({3, 3})}, 1); }, "concat", "[2, 3]", "[3, 3]");
  expect_error([&] { concat({x, counting({2, 3}, DType::f32)}, 1); }, "concat", "f64", "f32");
  expect_error([&] { concat(std::span<const Tensor>(), 0); }, "concat", "0 tensors");
  expect_error([&] { pad(x, 0, -1, 0); }, "pad", "-1");
  expect_error([&] { index_select(x, 0, indices_of({2}, {1})); }, "index_select", "index 2", "[2, 3]");
  expect_error([&] { gather(x, 1, indices_of({0, 3}, {2, 1})); }, "gather", "index 3", "place 1");
  expect_error([&] { gather(x, 1, indices_of({0, 3}, {2})); }, "gather", "[2]", "[2, 3]");
}

}  // namespace
}  // namespace hodhod
