// SPDX-License-Identifier: Apache-2.0
// Embedding, norm and dropout as layers.
#include <gtest/gtest.h>

#include <vector>

#include "hodhod/nn/dropout.h"
#include "hodhod/nn/embedding.h"
#include "hodhod/nn/initialisers.h"
#include "hodhod/nn/module.h"
#include "hodhod/nn/norm.h"
#include "hodhod/ops/elementwise.h"
#include "hodhod/tensor/tape.h"

namespace hodhod {
namespace {

Tensor layer_values(const Shape& shape, uint64_t seed) {
  const Tensor x = Tensor::empty(shape);
  init_normal(x, 0, 1, Rng(seed));
  return x;
}

TEST(Layers, NormHasTheParametersOfItsKind) {
  Norm layer(5), rms(5, {.kind = NormKind::rms}), bare(5, {}, DType::f32, false);
  EXPECT_EQ(parameters_of(layer).size(), 2);
  EXPECT_EQ(parameters_of(layer)[0].first, "weight");
  EXPECT_EQ(parameters_of(rms).size(), 1);
  EXPECT_EQ(parameters_of(bare).size(), 1);
  const Tensor x = layer_values({3, 5}, 1), r = layer_values({3, 5}, 2);
  EXPECT_EQ(layer(x, r).values(), layer(x + r).values());
  EXPECT_EQ(layer.with_sum(x, r).y.values(), layer(x + r).values());
  EXPECT_EQ(layer.with_sum(x, r).sum.values(), (x + r).values());
}

TEST(Layers, EmbeddingGathersAndLearns) {
  Embedding layer(7, 3);
  init_normal(layer.weight, 0, 1, Rng(1));
  set_requires_grad(layer);
  const Tensor ids = Tensor::from(std::vector<int32_t>{4, 0, 4}, {3});
  const Tensor y = layer(ids, {}, {.factor = 2});
  EXPECT_EQ(y.shape(), (Shape{3, 3}));
  EXPECT_EQ(y.values()[0], 2 * layer.weight.values()[4 * 3]);
  backward(y, {.gradient = Tensor::full({3, 3}, 1)});
  EXPECT_EQ(layer.weight.grad().values()[4 * 3], 4);
  EXPECT_EQ(layer.weight.grad().values()[3], 0);
}

TEST(Layers, TiedOutputAndEmbeddingShareTheirGradient) {
  Embedding layer(3, 2, DType::f64);
  init_normal(layer.weight, 0, 1, Rng(1));
  set_requires_grad(layer);
  const Tensor ids = Tensor::from(std::vector<int64_t>{2}, {1});
  const Tensor y = linear(layer(ids, {}), layer.weight);
  backward(y, {.gradient = Tensor::full({1, 3}, 1, DType::f64)});
  // y_v = w_v · w_2: each other row has the gradient w_2, and row 2 has 2 w_2 + the other rows.
  const auto w = layer.weight.values(), dw = layer.weight.grad().values();
  for (int c = 0; c < 2; ++c) {
    EXPECT_NEAR(dw[c], w[4 + c], 1e-12);
    EXPECT_NEAR(dw[4 + c], 2 * w[4 + c] + w[c] + w[2 + c], 1e-12);
  }
}

TEST(Layers, DropoutOnlyInTraining) {
  const Dropout layer{0.5};
  const Tensor x = layer_values({50, 50}, 1), r = layer_values({50, 50}, 2);
  Context using_it, training{.training = true, .rng = Rng(3)};
  EXPECT_EQ(layer(x, using_it).values(), x.values());
  EXPECT_EQ(layer(x, r, using_it).values(), (x + r).values());
  const auto first = layer(x, training).values(), second = layer(x, training).values();
  EXPECT_NE(first, second);
  Context again{.training = true, .rng = Rng(3)};
  EXPECT_EQ(layer(x, again).values(), first);
  EXPECT_NE(layer(x, r, again).values(), (x + r).values());
}

}  // namespace
}  // namespace hodhod
