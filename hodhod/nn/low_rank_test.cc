// SPDX-License-Identifier: Apache-2.0
#include "hodhod/nn/low_rank.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "hodhod/base/testing.h"
#include "hodhod/nn/attention.h"
#include "hodhod/nn/embedding.h"
#include "hodhod/nn/feed_forward.h"
#include "hodhod/nn/initialisers.h"
#include "hodhod/nn/linear.h"
#include "hodhod/nn/module.h"
#include "hodhod/nn/sub_layer.h"
#include "hodhod/ops/elementwise.h"
#include "hodhod/tensor/gradcheck.h"

namespace hodhod {
namespace {

Tensor drawn(const Shape& shape, uint64_t seed, DType dtype = DType::f64) {
  Tensor x = Tensor::empty(shape, dtype);
  init_normal(x, 0, 0.5, Rng(seed));
  return x;
}

LowRankAdapter adapter(int64_t in, int64_t out, int64_t rank, double scale, uint64_t seed,
                       DType dtype = DType::f64) {
  return {.a = drawn({rank, in}, seed, dtype),
          .b = drawn({out, rank}, seed + 1, dtype),
          .scale = scale,
          .stream = seed};
}

Linear layer_with(std::vector<LowRankAdapter> adapters, int64_t in, int64_t out, DType dtype = DType::f64) {
  Linear layer(in, out, true, dtype);
  copy(drawn({out, in}, 90, dtype), layer.weight);
  copy(drawn({out}, 91, dtype), layer.bias);
  layer.lora = std::move(adapters);
  return layer;
}

// y = x Wᵀ + b + Σ s · (x Aᵀ) Bᵀ, one number after the other.
std::vector<double> plainly(const Linear& layer, const Tensor& x) {
  const int64_t rows = x.dim(0), in = layer.weight.dim(1), out = layer.weight.dim(0);
  const auto value = [](const Tensor& t, int64_t i, int64_t j) { return t.values()[i * t.dim(1) + j]; };
  std::vector<double> y;
  for (int64_t row = 0; row < rows; ++row) {
    for (int64_t o = 0; o < out; ++o) {
      double sum = layer.bias.values()[o];
      for (int64_t i = 0; i < in; ++i) sum += value(x, row, i) * value(layer.weight, o, i);
      for (const LowRankAdapter& one : layer.lora) {
        for (int64_t r = 0; r < one.a.dim(0); ++r) {
          double low = 0;
          for (int64_t i = 0; i < in; ++i) low += value(x, row, i) * value(one.a, r, i);
          sum += one.scale * low * value(one.b, o, r);
        }
      }
      y.push_back(sum);
    }
  }
  return y;
}

TEST(LowRankAdapter, AddsTheProductOfItsMatrices) {
  const Linear layer = layer_with({adapter(7, 5, 3, 2.5, 10), adapter(7, 5, 1, 0.5, 20)}, 7, 5);
  const Tensor x = drawn({4, 7}, 1);
  const std::vector<double> expected = plainly(layer, x), y = layer(x, Context()).values();
  ASSERT_EQ(y.size(), expected.size());
  for (size_t i = 0; i < y.size(); ++i) EXPECT_NEAR(y[i], expected[i], 1e-12);
  // In f32 by the fast kernels.
  Linear fast = layer_with({adapter(7, 5, 3, 2.5, 10, DType::f32), adapter(7, 5, 1, 0.5, 20, DType::f32)}, 7,
                           5, DType::f32);
  const std::vector<double> z = fast(drawn({4, 7}, 1, DType::f32), Context()).values();
  for (size_t i = 0; i < z.size(); ++i) EXPECT_NEAR(z[i], expected[i], 2e-5);
}

TEST(LowRankAdapter, IsTheSameAsAChangedWeight) {
  Linear layer = layer_with({adapter(6, 9, 2, 1.5, 30)}, 6, 9);
  const Tensor x = drawn({3, 6}, 2);
  const LinearOptions options{.activation = kernels::Activation::gelu, .residual = drawn({3, 9}, 3)};
  const std::vector<double> attached = layer(x, Context(), options).values();
  layer.weight = layer.weight + layer.lora[0].product();
  layer.lora.clear();
  const std::vector<double> merged = layer(x, Context(), options).values();
  for (size_t i = 0; i < merged.size(); ++i) EXPECT_NEAR(attached[i], merged[i], 1e-12);
}

TEST(LowRankAdapter, ChangesNoBitWhileBIsZero) {
  const Linear base = layer_with({}, 33, 17, DType::f32);
  Linear adapted = base;
  adapted.lora = {adapter(33, 17, 4, 2, 40, DType::f32)};
  adapted.lora[0].dropout = 0.3;
  fill(adapted.lora[0].b, 0);
  const Tensor x = drawn({5, 33}, 4, DType::f32), residual = drawn({5, 17}, 5, DType::f32);
  for (const bool training : {false, true}) {
    Context context{.training = training, .rng = Rng(6)};
    EXPECT_EQ(base(x, context).values<float>(), adapted(x, context).values<float>());
    const SubLayerEnd end{.component = Component::attention, .residual = residual, .dropout = 0.2};
    Context one = context, other = context;
    EXPECT_EQ(end_sub_layer(base, x, end, one).values<float>(),
              end_sub_layer(adapted, x, end, other).values<float>());
    EXPECT_EQ(one.streams, other.streams);
  }
}

TEST(LowRankAdapter, DropsWhatItReadsInTrainingAlone) {
  Linear layer = layer_with({adapter(40, 3, 2, 1, 50)}, 40, 3);
  const Tensor x = drawn({2, 40}, 7);
  const std::vector<double> whole = layer(x, Context()).values();
  layer.lora[0].dropout = 0.5;
  EXPECT_EQ(layer(x, Context()).values(), whole);
  const Context training{.training = true, .rng = Rng(8)};
  const std::vector<double> dropped = layer(x, training).values();
  EXPECT_NE(dropped, whole);
  EXPECT_EQ(layer(x, training).values(), dropped) << "a mask is a function of seed, step and place";
  const Context later{.training = true, .rng = Rng(8), .streams = 1};
  EXPECT_NE(layer(x, later).values(), dropped);
}

TEST(LowRankAdapter, NeedsTheContext) {
  const Linear layer = layer_with({adapter(4, 3, 1, 1, 60)}, 4, 3);
  expect_error([&] { layer(drawn({2, 4}, 9)); }, "an adapter needs the context");
}

TEST(LowRankAdapter, IsNamedBelowItsLayer) {
  Linear layer = layer_with({adapter(4, 3, 1, 1, 70), adapter(4, 3, 2, 1, 80)}, 4, 3);
  std::vector<std::string> names;
  for (const auto& [name, parameter] : parameters_of(layer)) names.push_back(name);
  EXPECT_EQ(names,
            (std::vector<std::string>{"weight", "bias", "lora.0.A", "lora.0.B", "lora.1.A", "lora.1.B"}));
}

// Of everything that has a gradient, by finite differences.
TEST(LowRankAdapter, GradientsAgreeWithDifferences) {
  for (const auto activation : {kernels::Activation::identity, kernels::Activation::silu}) {
    Linear layer = layer_with({adapter(5, 4, 2, 1.5, 100), adapter(5, 4, 1, 0.7, 110)}, 5, 4);
    layer.lora[0].dropout = 0.4;
    std::vector<Tensor> inputs = {drawn({3, 5}, 10), drawn({3, 4}, 11)};
    for (const auto& [name, parameter] : parameters_of(layer)) inputs.push_back(parameter);
    const auto result = gradcheck(
        [&](auto x) {
          size_t next = 2;
          for_each_parameter(layer, [&](const std::string&, Tensor& p) { p = x[next++]; });
          Context context{.training = true, .rng = Rng(12)};
          return end_sub_layer(layer, x[0],
                               {.component = Component::feed_forward,
                                .activation = activation,
                                .residual = x[1],
                                .dropout = 0.2},
                               context);
        },
        inputs);
    EXPECT_TRUE(result) << result.message;
  }
}

// The same in attention, where one A serves query, key and value.
TEST(LowRankAdapter, GradientsOfASharedMatrix) {
  MultiHeadAttention attention({.width = 6, .heads = 2, .causal = true}, DType::f64);
  for_each_parameter(
      attention, [](const std::string& name, Tensor& p) { init_normal(p, 0, 0.5, stream_of(Rng(1), name)); });
  const LowRankAdapter shared = adapter(6, 6, 2, 1.2, 120);
  for (Linear* part : {&attention.query, &attention.key, &attention.value}) {
    part->lora = {shared};
    part->lora[0].b = drawn({6, 2}, 130 + (part == &attention.key ? 1 : 0));
    part->lora[0].dropout = 0.3;
  }
  std::vector<Tensor> inputs = {drawn({2, 3, 6}, 13), shared.a};
  const auto result = gradcheck(
      [&](auto x) {
        for (Linear* part : {&attention.query, &attention.key, &attention.value}) part->lora[0].a = x[1];
        Context context{.training = true, .rng = Rng(14)};
        return attention(x[0], {}, context);
      },
      inputs);
  EXPECT_TRUE(result) << result.message;
}

TEST(LowRankAdapter, AddsToTheRowsOfAnEmbedding) {
  Embedding table(6, 4, DType::f64);
  copy(drawn({6, 4}, 90), table.weight);
  table.lora = {adapter(6, 4, 2, 0.7, 1), adapter(6, 4, 3, -1.5, 3)};
  const std::vector<int64_t> ids = {5, 0, 3, 3, 1, 5};
  const Context context;
  const auto found = table(Tensor::from(ids, {2, 3}), context, {.factor = 2}).values();
  const auto value = [](const Tensor& t, int64_t i, int64_t j) {
    return t.values()[static_cast<size_t>(i * t.dim(1) + j)];
  };
  for (size_t i = 0; i < ids.size(); ++i) {
    for (int64_t c = 0; c < 4; ++c) {
      double sum = value(table.weight, ids[i], c);
      for (const LowRankAdapter& one : table.lora) {
        EXPECT_NEAR(
            value(one.product(), c, ids[i]),
            [&] {
              double low = 0;
              for (int64_t r = 0; r < one.a.dim(0); ++r) low += value(one.a, r, ids[i]) * value(one.b, c, r);
              return one.scale * low;
            }(),
            1e-12);
        sum += value(one.product(), c, ids[i]);
      }
      EXPECT_NEAR(found[i * 4 + static_cast<size_t>(c)], 2 * sum, 1e-12);
    }
  }
}

TEST(LowRankAdapter, GradientsOfAnEmbedding) {
  Embedding table(5, 4, DType::f64);
  table.lora = {adapter(5, 4, 2, 0.7, 1)};
  const Tensor ids = Tensor::from(std::vector<int64_t>{4, 0, 3, 3}, {2, 2});
  const auto result = gradcheck(
      [&](auto x) {
        table.weight = x[0];
        table.lora[0].a = x[1];
        table.lora[0].b = x[2];
        return table(ids, {}, {.factor = 3});
      },
      {drawn({5, 4}, 21), drawn({2, 5}, 22), drawn({4, 2}, 23)});
  EXPECT_TRUE(result) << result.message;
}

}  // namespace
}  // namespace hodhod
