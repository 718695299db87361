// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tensor/tape.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "hodhod/base/testing.h"
#include "hodhod/tensor/gradcheck.h"

namespace hodhod {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// Ops small enough to see through.
Tensor multiply(const Tensor& a, const Tensor& b) {
  const auto x = a.values<double>(), y = b.values<double>();
  std::vector<double> z(x.size());
  for (size_t i = 0; i < z.size(); ++i) z[i] = x[i] * y[i];
  const auto with = [](const Tensor& dy, const std::vector<double>& factor) {
    auto values = dy.values<double>();
    for (size_t i = 0; i < values.size(); ++i) values[i] *= factor[i];
    return Tensor::from(values, dy.shape());
  };
  return record("multiply", Tensor::from(z, a.shape()), {a, b}, [x, y, with](const Tensor& dy, Gradients& d) {
    if (d.wants(0)) d.add(0, with(dy, y));
    if (d.wants(1)) d.add(1, with(dy, x));
  });
}

Tensor add(const Tensor& a, const Tensor& b) {
  Tensor y = a.clone();
  accumulate(y, b);
  return record("add", y, {a, b}, [](const Tensor& dy, Gradients& d) {
    d.add(0, dy);
    d.add(1, dy);
  });
}

Tensor leaf(double value) { return Tensor::full({1}, value, DType::f64).set_requires_grad(); }

TEST(Tape, SharedUsesAdd) {
  const Tensor x = leaf(3);
  const Tensor y = add(multiply(x, x), x);  // x² + x
  backward(y);
  EXPECT_EQ(x.grad().item(), 7);
  backward(add(x, x));
  EXPECT_EQ(x.grad().item(), 9);  // gradients of several backwards add
  x.clear_grad();
  EXPECT_FALSE(x.grad().defined());
}

TEST(Tape, GradientsThatShareMemoryStayApart) {
  const Tensor a = leaf(2), b = leaf(5);
  const Tensor sum = add(a, b);  // gives both the same dy
  backward(add(sum, multiply(a, a)));
  EXPECT_EQ(a.grad().item(), 5);
  EXPECT_EQ(b.grad().item(), 1);
}

TEST(Tape, NothingIsRecordedWithoutNeed) {
  const Tensor x = leaf(2);
  const Tensor plain = Tensor::full({1}, 3, DType::f64);
  EXPECT_FALSE(multiply(plain, plain).requires_grad());
  {
    NoGrad off;
    EXPECT_FALSE(multiply(x, x).requires_grad());
  }
  EXPECT_TRUE(multiply(x, plain).requires_grad());
  EXPECT_FALSE(multiply(x, x).is_leaf());
}

TEST(Tape, SeveralOutputs) {
  const Tensor x = Tensor::from<double>({1, 2, 3}, {3}).set_requires_grad();
  std::array<Tensor, 2> halves{x.with_layout({1}, {1}), x.with_layout({2}, {1}, 1)};
  record_many("split", halves, {x}, [](std::span<const Tensor> dys, Gradients& d) {
    EXPECT_FALSE(dys[0].defined());
    Tensor dx = Tensor::zeros({3}, DType::f64);
    copy(dys[1], dx.with_layout({2}, {1}, 1));
    d.add(0, dx);
  });
  backward(multiply(halves[1], halves[1]), {.gradient = Tensor::from<double>({1, 10}, {2})});
  EXPECT_THAT(x.grad().values<double>(), ElementsAre(0, 4, 60));
}

TEST(Tape, BufferAccumulatesInPlace) {
  const Tensor x = leaf(1);
  const auto op = [](const Tensor& t) {
    return record("double", t.clone(), {t}, [](const Tensor& dy, Gradients& d) {
      const auto [dx, accumulate_into] = d.buffer(0);
      double& value = dx.data<double>()[0];
      value = (accumulate_into ? value : 0) + 2 * dy.item();
    });
  };
  backward(add(op(x), op(x)));
  EXPECT_EQ(x.grad().item(), 4);
}

TEST(Tape, ALongChainNeitherRecursesNorLeaks) {
  const auto before = pool::statistics().in_use;
  {
    const Tensor x = leaf(1);
    Tensor y = x;
    for (int i = 0; i < 100000; ++i) y = add(y, x);
    Tensor unused = y;
    for (int i = 0; i < 100000; ++i) unused = add(unused, x);  // destroyed without a backward
    backward(y);
    EXPECT_EQ(x.grad().item(), 100001);
  }
  EXPECT_EQ(pool::statistics().in_use, before);
}

TEST(Tape, LeavesAreAnnouncedWhenComplete) {
  const Tensor a = leaf(2), b = leaf(3);
  std::vector<double> seen;
  backward(multiply(multiply(a, b), b),  // b is used last on the way down
           {.on_leaf = [&](Node& node) { seen.push_back(node.outputs[0].gradient.item()); }});
  EXPECT_THAT(seen, ElementsAre(9, 12));
}

TEST(Tape, Errors) {
  const Tensor x = leaf(2);
  const Tensor y = multiply(x, x);
  backward(y);
  EXPECT_THAT(error_of([&] { backward(y); }), HasSubstr("multiply: its part of the tape was already used"));
  EXPECT_THAT(error_of([&] { backward(Tensor::scalar(1)); }), HasSubstr("does not depend"));
  const Tensor wide = Tensor::zeros({2}, DType::f64).set_requires_grad();
  EXPECT_THAT(error_of([&] { backward(add(wide, wide)); }), HasSubstr("[2]"));
  const Tensor wrong =
      record("wrong", x.clone(), {x}, [](const Tensor&, Gradients& d) { d.add(0, Tensor::zeros({7})); });
  EXPECT_THAT(error_of([&] { backward(wrong); }), HasSubstr("wrong: its backward gave a gradient f32 [7]"));
  // After the error the tape is usable.
  x.clear_grad();
  backward(multiply(x, x));
  EXPECT_EQ(x.grad().item(), 4);
}

TEST(Checkpoint, GivesTheSameGradients) {
  const Tensor w = leaf(1.5);
  int runs = 0;
  const auto block = [&](const Tensor& x) {
    ++runs;
    return multiply(multiply(x, w), x);
  };
  Tensor x = leaf(2);
  backward(multiply(checkpoint(block, x), w));  // x² w²
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(x.grad().item(), 2 * 2 * 1.5 * 1.5);
  EXPECT_EQ(w.grad().item(), 4 * 2 * 1.5);
  w.clear_grad();
  const Tensor plain = Tensor::full({1}, 2, DType::f64);  // only the parameter wants a gradient
  backward(checkpoint(block, plain));
  EXPECT_EQ(w.grad().item(), 4);
}

TEST(Checkpoint, TensorsFromOutsideAreInputs) {
  const Tensor a = leaf(2), b = leaf(3);
  const Tensor inner = multiply(b, b);
  backward(checkpoint([](std::span<const Tensor> in) { return multiply(in[0], in[1]); }, {a, inner}));
  EXPECT_EQ(a.grad().item(), 9);
  EXPECT_EQ(b.grad().item(), 12);
  const Tensor again = multiply(b, b);
  const Tensor y = checkpoint([&](const Tensor& x) { return multiply(x, again); }, a);
  EXPECT_THROW(backward(y), Error);
}

// Two blocks in a row, and a parameter that both use and the end too.
TEST(Checkpoint, TellsOfGradientsInsideAndOfParametersAtTheEnd) {
  const Tensor a = leaf(2), w = leaf(3);
  std::vector<std::pair<const Node*, double>> leaves;
  std::vector<double> inside;
  const Node* squared = nullptr;
  const auto block = [&](std::span<const Tensor> in) {
    const Tensor square = multiply(in[0], in[0]);
    if (recording()) squared = square.node().get();
    return multiply(square, w);
  };
  const std::vector<Tensor> parameters = {w};
  Tensor x = checkpoint(block, std::vector<Tensor>{a}, parameters);  // 12
  x = checkpoint(block, std::vector<Tensor>{x}, parameters);         // 432
  backward(multiply(x, w),
           {.on_leaf = [&](Node& leaf) { leaves.emplace_back(&leaf, leaf.outputs[0].gradient.item()); },
            .on_gradient =
                [&](const Node& node, int, const Tensor& gradient) {
                  if (&node == squared) inside.push_back(gradient.item());
                }});
  // y = a⁴ w⁴; of the squares 144 and 4.
  EXPECT_THAT(inside, ElementsAre(9, 3 * 2 * 12 * 9));
  ASSERT_EQ(leaves.size(), 2u);
  EXPECT_THAT(leaves, testing::UnorderedElementsAre(std::pair(a.node().get(), 4. * 8 * 81),
                                                    std::pair(w.node().get(), 4. * 16 * 27)));
}

// y = a (a b): the gradient that reaches each result is what a leaf in its place would get.
TEST(Backward, TellsOfGradientsOnTheWay) {
  const Tensor a = leaf(2), b = leaf(3);
  const Tensor inner = multiply(a, b), y = multiply(a, inner);
  const Node* inside = inner.node().get();
  std::vector<std::pair<const Node*, double>> seen;
  backward(y, {.on_gradient = [&](const Node& node, int output, const Tensor& gradient) {
             EXPECT_EQ(output, 0);
             seen.emplace_back(&node, gradient.item());
           }});
  ASSERT_EQ(seen.size(), 2u) << "leaves are not told of";
  EXPECT_EQ(seen[0].second, 1);
  EXPECT_EQ(seen[1], (std::pair<const Node*, double>(inside, 2)));
  EXPECT_EQ(a.grad().item(), 12);
  const Tensor cut = leaf(6), again = multiply(leaf(2), cut);
  backward(again);
  EXPECT_EQ(cut.grad().item(), seen[1].second);
}

TEST(Gradcheck, TellsRightFromWrong) {
  const Tensor a = Tensor::from<double>({1, -2, 3, 0.5}, {2, 2}).with_layout({2, 2}, {1, 2});
  const Tensor b = Tensor::from<double>({2, 1, -1, 4}, {2, 2});
  EXPECT_TRUE(gradcheck([](auto in) { return multiply(in[0], in[1]); }, {a, b}));
  const auto wrong = [](std::span<const Tensor> in) {
    const Tensor& x = in[0];
    auto values = x.values<double>();
    for (double& v : values) v = v * v;
    return record("square", Tensor::from(values, x.shape()), {x}, [x](const Tensor& dy, Gradients& d) {
      auto dx = dy.values<double>();
      const auto at = x.values<double>();
      for (size_t i = 0; i < dx.size(); ++i) dx[i] *= 1.99 * at[i];
      d.add(0, Tensor::from(dx, x.shape()));
    });
  };
  const auto result = gradcheck(wrong, {a});
  EXPECT_FALSE(result);
  EXPECT_THAT(result.message, HasSubstr("input 0 of shape [2, 2]"));
}

}  // namespace
}  // namespace hodhod
