// SPDX-License-Identifier: Apache-2.0
#include "hodhod/nn/attention.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "hodhod/nn/initialisers.h"
#include "hodhod/nn/module.h"
#include "hodhod/ops/elementwise.h"
#include "hodhod/ops/shape.h"
#include "hodhod/tensor/gradcheck.h"
#include "hodhod/tensor/tape.h"

namespace hodhod {
namespace {

Tensor attention_values(const Shape& shape, uint64_t seed, DType dtype = DType::f64) {
  const Tensor x = Tensor::empty(shape, dtype);
  init_normal(x, 0, 1, Rng(seed));
  return x;
}

MultiHeadAttention layer_of(const MultiHeadAttentionOptions& options, DType dtype = DType::f64) {
  MultiHeadAttention layer(options, dtype);
  uint64_t seed = 100;
  for_each_parameter(layer, [&](const std::string&, Tensor& p) { init_normal(p, 0, 0.5, Rng(++seed)); });
  return layer;
}

Tensor numbers(std::initializer_list<int64_t> values) {
  return Tensor::from(values, {static_cast<int64_t>(values.size())});
}

TEST(MultiHeadAttention, NamesItsParameters) {
  MultiHeadAttention layer({.width = 6, .heads = 3, .key_width = 5, .biases = {.key = false}});
  std::vector<std::string> names;
  for (const auto& [name, parameter] : parameters_of(layer)) names.push_back(name);
  EXPECT_EQ(names, (std::vector<std::string>{"query.weight", "query.bias", "key.weight", "value.weight",
                                             "value.bias", "output.weight", "output.bias"}));
  EXPECT_EQ(layer.value.weight.shape(), (Shape{6, 5}));
  EXPECT_THROW(MultiHeadAttention({.width = 7, .heads = 2}), Error);
  EXPECT_THROW(MultiHeadAttention({.width = 8, .heads = 4, .kv_heads = 3}), Error);
}

// Inputs and parameters together, through each form of the layer.
void expect_gradients(const MultiHeadAttentionOptions& options, const AttentionSetting& setting, bool cross) {
  MultiHeadAttention layer = layer_of(options);
  std::vector<Tensor> inputs = {attention_values({2, 4, 6}, 1),
                                attention_values({2, 5, options.key_width ? options.key_width : 6}, 2)};
  for (const auto& [name, parameter] : parameters_of(layer)) inputs.push_back(parameter);
  const auto result = gradcheck(
      [&](auto x) {
        size_t next = 2;
        for_each_parameter(layer, [&](const std::string&, Tensor& p) { p = x[next++]; });
        Context context{.training = true, .rng = Rng(5)};
        if (cross) return layer.cross(x[0], layer.keys_values(x[1], context), setting, context, x[0], 0.2);
        return layer(x[0], setting, context, x[0]);
      },
      inputs);
  EXPECT_TRUE(result) << result.message;
}

TEST(MultiHeadAttention, Gradcheck) {
  const RotaryTables rotary(9, {.rotated = 2}, DType::f64);
  AttentionSetting ragged{.key_end = numbers({4, 2}), .query_length = numbers({4, 2})};
  expect_gradients({.width = 6, .heads = 3}, {}, false);
  expect_gradients({.width = 6, .heads = 3, .causal = true, .dropout = 0.3}, ragged, false);
  expect_gradients(
      {.width = 6, .heads = 4, .kv_heads = 2, .head_size = 3, .causal = true, .rotary_interleaved = true},
      {.offset = numbers({0, 5}), .rotary = &rotary}, false);
  expect_gradients(
      {.width = 6, .heads = 2, .key_width = 5, .biases = {false, false, false, false}, .scale = 1.0}, {},
      true);
}

TEST(MultiHeadAttention, NormalisesEachHeadOfQueriesAndKeys) {
  const MultiHeadAttention layer =
      layer_of({.width = 6,
                .heads = 4,
                .kv_heads = 2,
                .head_size = 3,
                .head_norm = NormOptions{.kind = NormKind::rms, .epsilon = 0.1}});
  const Tensor x = attention_values({2, 5, 6}, 1);
  Trace seen;
  Context context{.trace = &seen};
  layer(x, {}, context);
  const auto expect_heads = [&](const char* name, const Linear& linear, const Norm& norm, int64_t heads) {
    const auto got = seen.at(name).tensor.values(), raw = linear(x).values(), weight = norm.weight.values();
    ASSERT_EQ(got.size(), raw.size());
    ASSERT_EQ(weight.size(), 3u);
    for (size_t row = 0; row < static_cast<size_t>(2 * 5 * heads); ++row) {
      double squares = 0;
      for (size_t d = 0; d < 3; ++d) squares += raw[row * 3 + d] * raw[row * 3 + d];
      const double root = std::sqrt(squares / 3 + 0.1);
      for (size_t d = 0; d < 3; ++d)
        ASSERT_NEAR(got[row * 3 + d], raw[row * 3 + d] / root * weight[d], 1e-12) << name;
    }
  };
  expect_heads("queries", layer.query, *layer.query_norm, 4);
  expect_heads("keys", layer.key, *layer.key_norm, 2);
}

TEST(MultiHeadAttention, IsTheSumOfItsHeads) {
  // With one head and values that pass through, the output is the weighted mean that the trace shows.
  MultiHeadAttention layer = layer_of({.width = 3, .heads = 1, .biases = {true, true, false, false}});
  for (Linear* linear : {&layer.value, &layer.output}) {
    linear->weight = Tensor::from<double>({1, 0, 0, 0, 1, 0, 0, 0, 1}, {3, 3});
  }
  const Tensor x = attention_values({2, 4, 3}, 1);
  Trace seen;
  Context context{.trace = &seen};
  const auto y = layer(x, {}, context).values();
  std::vector<std::string> names;
  for (const auto& entry : seen.entries()) names.push_back(entry.name);
  EXPECT_EQ(names, (std::vector<std::string>{"queries", "keys", "values", "scores", "probabilities", "heads",
                                             "output"}));
  const auto weights = seen.at("probabilities").tensor.values();
  for (size_t b = 0; b < 2; ++b) {
    for (size_t i = 0; i < 4; ++i) {
      double sum = 0;
      for (size_t j = 0; j < 4; ++j) sum += weights[(b * 4 + i) * 4 + j] * x.values()[(b * 4 + j) * 3];
      EXPECT_NEAR(y[(b * 4 + i) * 3], sum, 1e-12);
    }
  }
}

// Scores and weights of some queries, as a trace in parts computes them, have the bits that they have among
// all.
TEST(MultiHeadAttention, SameBitsOfSomeQueries) {
  const int64_t T = 70, C = 24;
  const RotaryTables rotary(T, {.rotated = 6});
  const DistanceBias by_distance = alibi(4, DistanceRange::of(0, T - 1, T));
  const AttentionSetting settings[] = {
      {.rotary = &rotary},
      {.key_end = numbers({60, T}), .query_length = numbers({60, T}), .distance_bias = by_distance},
      {.bias = attention_values({1, 4, T, T}, 5, DType::f32)}};
  for (const AttentionSetting& setting : settings) {
    for (int64_t left : {int64_t{-1}, int64_t{10}}) {
      const MultiHeadAttention layer =
          layer_of({.width = C, .heads = 4, .kv_heads = 2, .causal = true, .left = left}, DType::f32);
      const Tensor x = attention_values({2, T, C}, 1, DType::f32);
      NoGrad off;
      Trace whole;
      int64_t seen = 0;
      Trace parts = Trace::in_parts([&](const Trace::Entry& entry) {
        if (!entry.queries) return;
        ++seen;
        const Tensor all = whole.at(entry.name).tensor;
        EXPECT_EQ(entry.tensor.shape(), all.shape());
        for (const auto& [first, last] : {std::pair<int64_t, int64_t>{0, T}, {0, 1}, {9, 64}, {63, T}})
          EXPECT_EQ(entry.queries(first, last).values<float>(), slice(all, 2, first, last).values<float>())
              << entry.name << " from " << first << " to " << last;
      });
      for (Trace* trace : {&whole, &parts}) {
        Context context{.trace = trace};
        layer(x, setting, context);
      }
      EXPECT_EQ(seen, 2);
    }
  }
}

// Queries [first, first + count) of a sequence of T, from a cache, have the bits of one pass over the whole.
TEST(MultiHeadAttention, SameBitsFromACache) {
  const int64_t T = 70, C = 24;
  const RotaryTables rotary(T, {.rotated = 6});
  for (int64_t left : {int64_t{-1}, int64_t{10}}) {
    const MultiHeadAttention layer =
        layer_of({.width = C, .heads = 4, .kv_heads = 2, .causal = true, .left = left}, DType::f32);
    const Tensor x = attention_values({2, T, C}, 1, DType::f32);
    NoGrad off;
    Context context;
    const DistanceBias bias = alibi(4, DistanceRange::of(0, T - 1, T));
    const auto whole = layer(x, {.distance_bias = bias, .rotary = &rotary}, context).values<float>();
    for (int64_t step : {1, 7, 64}) {
      AttentionCache cache(1, 2 * 6);
      cache.add_rows(2);
      for (int64_t first = 0; first < T; first += step) {
        const int64_t count = std::min(step, T - first);
        const Tensor part = x.with_layout({2, count, C}, x.strides(), first * C).dense();
        cache.extend(std::vector<int64_t>{count, count});
        const AttentionSetting setting{.offset = cache.starts(), .distance_bias = bias, .rotary = &rotary};
        const auto y = layer(part, setting, context, {}, 0, {&cache, 0}).values<float>();
        for (int64_t b = 0; b < 2; ++b) {
          ASSERT_EQ(0, std::memcmp(y.data() + b * count * C, whole.data() + (b * T + first) * C,
                                   static_cast<size_t>(count * C) * sizeof(float)))
              << "step " << step << " first " << first;
        }
      }
    }
  }
}

TEST(MultiHeadAttention, CachedRowsOfDifferentLengths) {
  const MultiHeadAttention layer = layer_of({.width = 8, .heads = 2, .causal = true}, DType::f32);
  const Tensor x = attention_values({3, 5, 8}, 1, DType::f32);
  NoGrad off;
  Context context;
  AttentionCache cache(1, 8);
  cache.add_rows(3);
  cache.extend(std::vector<int64_t>{3, 5, 1});
  layer(x, {.query_length = numbers({3, 5, 1})}, context, {}, 0, {&cache, 0});
  cache.select(std::vector<int64_t>{2, 0, 0});
  cache.extend(std::vector<int64_t>{1, 1, 1});
  const Tensor next = attention_values({3, 1, 8}, 2, DType::f32);
  const auto y = layer(next, {.offset = cache.starts()}, context, {}, 0, {&cache, 0}).values();
  const auto expect_row = [&](int64_t row, int64_t from, int64_t length) {
    Tensor alone = Tensor::empty({1, length + 1, 8});
    copy(x.with_layout({length, 8}, {8, 1}, from * 40), alone.with_layout({length, 8}, {8, 1}));
    copy(next.with_layout({8}, {1}, row * 8), alone.with_layout({8}, {1}, length * 8));
    const auto want = layer(alone, {}, context).values();
    for (int64_t c = 0; c < 8; ++c) {
      EXPECT_EQ(y[static_cast<size_t>(row * 8 + c)], want[static_cast<size_t>(length * 8 + c)]) << row;
    }
  };
  expect_row(0, 2, 1);
  expect_row(1, 0, 3);
  expect_row(2, 0, 3);
  EXPECT_EQ(cache.starts().tensor().values<int64_t>(), (std::vector<int64_t>{1, 3, 3}));
}

TEST(MultiHeadAttention, DropoutIsForTrainingAndHasItsStream) {
  const MultiHeadAttention layer = layer_of({.width = 8, .heads = 2, .dropout = 0.5}, DType::f32);
  const Tensor x = attention_values({2, 6, 8}, 1, DType::f32);
  Context using_it, training{.training = true, .rng = Rng(3)}, again{.training = true, .rng = Rng(3)};
  const auto plain = layer(x, {}, using_it).values(), dropped = layer(x, {}, training).values();
  EXPECT_NE(plain, dropped);
  EXPECT_EQ(layer(x, {}, again, {}, 0).values(), dropped);
  EXPECT_NE(layer(x, {}, again).values(), dropped);
}

}  // namespace
}  // namespace hodhod
