// SPDX-License-Identifier: Apache-2.0
#include "hodhod/ops/elementwise.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "hodhod/ops/test_tensors.h"

namespace hodhod {
namespace {

using kernels::Unary;

struct NamedBinary {
  const char* name;
  Tensor (*op)(const Tensor&, const Tensor&);
};
const NamedBinary kBinaries[] = {
    {"add", add}, {"sub", sub}, {"mul", mul}, {"div", div}, {"maximum", maximum}};

// |x| ≥ ½, so that a quotient's differences stay small.
Tensor away_from_zero(const Tensor& x) {
  const Tensor y = x.clone();
  for (double& v : std::span(y.data<double>(), static_cast<size_t>(y.numel()))) v += v < 0 ? -0.5 : 0.5;
  return y;
}

TEST(Elementwise, BinaryOpsOverEveryBroadcast) {
  const std::pair<Shape, Shape> shapes[] = {{{}, {}},         {{3, 4}, {3, 4}},    {{3, 4}, {4}},
                                            {{3, 1}, {1, 4}}, {{2, 3, 4}, {3, 1}}, {{}, {2, 3}},
                                            {{5, 0}, {1, 0}}, {{1, 1}, {2, 3}},    {{4, 1, 3}, {1, 2, 1}}};
  for (const NamedBinary& binary : kBinaries) {
    const Op op = [&](Inputs x) { return binary.op(x[0], x[1]); };
    for (const auto& [a, b] : shapes) {
      const std::string what = std::string(binary.name) + " " + to_string(a) + " " + to_string(b);
      expect_op(op, {random_tensor(a, 1), away_from_zero(random_tensor(b, 2))}, what);
      expect_op(op, {strided_tensor(a, 3), away_from_zero(strided_tensor(b, 4))}, what + " strided");
    }
    expect_f32_agrees(op, {random_tensor({200, 301}, 5), away_from_zero(random_tensor({301}, 6))},
                      binary.name);
    const Tensor same = away_from_zero(random_tensor({3}, 7));
    if (binary.op != maximum)
      expect_op([&](Inputs x) { return binary.op(x[0], x[0]); }, {same}, "with itself");
  }
}

TEST(Elementwise, BroadcastValues) {
  const Tensor a = Tensor::from({1.0, 2.0, 3.0}, {3, 1}), b = Tensor::from({10.0, 20.0}, {2});
  EXPECT_EQ((a + b).values(), (std::vector<double>{11, 21, 12, 22, 13, 23}));
  EXPECT_EQ((b / a).shape(), (Shape{3, 2}));
  EXPECT_EQ((2.0 - a).values(), (std::vector<double>{1, 0, -1}));
}

TEST(Elementwise, EveryFunctionOfOneArgument) {
  for (int i = 0; i <= static_cast<int>(Unary::neg); ++i) {
    const auto function = static_cast<Unary>(i);
    const std::string name(name_of(function));
    const bool positive = function == Unary::log || function == Unary::sqrt;
    const Op op = [=](Inputs x) { return apply(function, x[0]); };
    for (const Shape& shape : {Shape{}, Shape{0, 3}, Shape{1}, Shape{4, 7}}) {
      for (const Tensor& made : {random_tensor(shape, 1), strided_tensor(shape, 2)}) {
        Tensor x = away_from_zero(made);
        if (positive) x = x.with_layout(x.shape(), x.strides()), x = square(x);
        expect_op(op, {x}, name);
      }
    }
    if (!positive) expect_f32_agrees(op, {random_tensor({50, 1001}, 3)}, name);
  }
}

// A gradient buffer that nobody else has is reused; one that is shared must not be.
TEST(Elementwise, SharedGradientsAreNotOverwritten) {
  expect_op([](Inputs x) { return tanh(x[0]) + gelu(x[0]) + tanh(x[0] * x[0]); }, {random_tensor({3, 5}, 1)},
            "shared");
}

TEST(Elementwise, Scale) {
  expect_op([](Inputs x) { return scale(x[0], -2.5, 0.75); }, {strided_tensor({3, 4}, 1)}, "scale");
  expect_op([](Inputs x) { return (3.0 - x[0]) * 2.0 / 5.0 + 1.0; }, {random_tensor({5}, 1)}, "operators");
}

TEST(Elementwise, Gates) {
  for (Activation activation :
       {Activation::silu, Activation::gelu, Activation::gelu_tanh, Activation::sigmoid}) {
    const Op whole = [=](Inputs x) { return gated(activation, x[0], x[1]); };
    const Op halves = [=](Inputs x) { return gated_halves(activation, x[0]); };
    const std::string name(name_of(activation));
    expect_op(whole, {random_tensor({3, 5}, 1), strided_tensor({3, 5}, 2)}, name);
    expect_op(halves, {strided_tensor({2, 3, 10}, 3)}, name);
    expect_op(halves, {random_tensor({0, 6}, 3)}, name);
    expect_f32_agrees(halves, {random_tensor({100, 400}, 3)}, name);
    const Tensor x = random_tensor({2, 6}, 4);
    const Tensor gate = x.with_layout({2, 3}, {6, 1}), value = x.with_layout({2, 3}, {6, 1}, 3);
    EXPECT_EQ(gated_halves(activation, x).values(), gated(activation, gate, value).values());
    EXPECT_EQ(gated(activation, gate, value).values(), (activate(activation, gate) * value).values());
  }
}

TEST(Elementwise, MaskedFill) {
  const Tensor mask = Tensor::from(std::vector<uint8_t>{0, 1, 0, 0, 1, 1}, {2, 3});
  expect_op([=](Inputs x) { return masked_fill(x[0], mask, -7); }, {strided_tensor({2, 3}, 1)},
            "masked_fill");
  EXPECT_EQ(masked_fill(Tensor::zeros({2, 3}), mask, -1).values(),
            (std::vector<double>{0, -1, 0, 0, -1, -1}));
}

TEST(Elementwise, Errors) {
  const Tensor a = random_tensor({2, 3}, 1), b = random_tensor({4}, 2),
               f = random_tensor({2, 3}, 3, DType::f32);
  expect_error([&] { add(a, b); }, "add", "[2, 3]", "[4]");
  expect_error([&] { mul(a, f); }, "mul", "f64", "f32", "convert");
  expect_error([&] { relu(a.converted(DType::i64)); }, "relu", "i64", "convert");
  expect_error([&] { relu(Tensor()); }, "relu", "undefined");
  expect_error([&] { gated(Activation::silu, a, b); }, "gated", "[2, 3]", "[4]");
  expect_error([&] { gated_halves(Activation::silu, a); }, "gated_halves", "[2, 3]", "two");
  expect_error([&] { masked_fill(a, b, 0); }, "masked_fill", "f64", "[4]", "u8");
}

}  // namespace
}  // namespace hodhod
