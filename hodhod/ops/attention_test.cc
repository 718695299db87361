// SPDX-License-Identifier: Apache-2.0
#include "hodhod/ops/attention.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <vector>

#include "hodhod/base/testing.h"
#include "hodhod/tensor/gradcheck.h"
#include "hodhod/tensor/tape.h"

namespace hodhod {
namespace {

Tensor attention_values(const Shape& shape, uint64_t seed, DType dtype = DType::f64) {
  Tensor x = Tensor::empty(shape, dtype);
  Rng rng(seed);
  for (int64_t i = 0; i < x.numel(); ++i) {
    const float value = static_cast<float>(rng.normal());
    if (dtype == DType::f64) {
      x.data<double>()[i] = value;
    } else {
      x.data<float>()[i] = value;
    }
  }
  return x;
}

Tensor numbers(std::initializer_list<int64_t> values) {
  return Tensor::from(values, {static_cast<int64_t>(values.size())});
}

struct AttentionCase {
  const char* name;
  AttentionOptions options;
};

// Each option by itself and all together, for B = 2, Tq = 3, Tk = 5, H = 4, two key/value heads, D = 3.
std::vector<AttentionCase> cases() {
  std::vector<AttentionCase> all;
  const auto add = [&](const char* name, const std::function<void(AttentionOptions&)>& set) {
    AttentionOptions options{.heads = 4, .kv_heads = 2};
    set(options);
    all.push_back({name, options});
  };
  const auto ragged = [](AttentionOptions& o) {
    o.key_end = numbers({5, 2}), o.query_length = numbers({2, 3});
  };
  const auto padded = [](AttentionOptions& o) { o.key_start = numbers({1, 3}); };
  const auto causal = [](AttentionOptions& o) { o.causal = true, o.offset = numbers({2, 0}); };
  const auto window = [](AttentionOptions& o) { o.left = 1, o.right = 1; };
  const auto dropout = [](AttentionOptions& o) { o.dropout = 0.3, o.rng = Rng(3, 4); };
  add("plain", [](AttentionOptions&) {});
  add("scale", [](AttentionOptions& o) { o.scale = 1; });
  add("cap", [](AttentionOptions& o) { o.cap = 1.5; });
  add("ragged", ragged);
  add("padded", padded);
  add("causal", causal);
  add("window", window);
  add("dropout", dropout);
  add("all",
      [&](AttentionOptions& o) { ragged(o), padded(o), causal(o), dropout(o), o.left = 2, o.cap = 2; });
  return all;
}

TEST(Attention, Gradcheck) {
  const Tensor q = attention_values({2, 3, 12}, 1), k = attention_values({2, 5, 6}, 2),
               v = attention_values({2, 5, 6}, 3);
  for (const AttentionCase& c : cases()) {
    const auto result = gradcheck([&](auto x) { return attention(x[0], x[1], x[2], c.options); }, {q, k, v});
    EXPECT_TRUE(result) << c.name << ": " << result.message;
  }
}

TEST(Attention, GradcheckOfBiases) {
  const Tensor q = attention_values({2, 3, 4, 3}, 1), k = attention_values({2, 5, 2, 3}, 2),
               v = attention_values({2, 5, 2, 3}, 3);
  for (const Shape& shape : {Shape{2, 4, 3, 5}, Shape{1, 4, 3, 5}, Shape{2, 1, 3, 5}, Shape{1, 1, 3, 5}}) {
    const auto result = gradcheck(
        [&](auto x) {
          AttentionOptions options;
          options.bias = x[3];
          options.distance_bias = distance_bias(x[4], numbers({0, 0, 1, 1, 2, 2, 1, 0}));
          options.distance_zero = 3;
          return attention(x[0], x[1], x[2], options);
        },
        {q, k, v, attention_values(shape, 4), attention_values({3, 4}, 5)});
    EXPECT_TRUE(result) << result.message;
  }
}

TEST(Attention, Float32IsNearFloat64) {
  for (const AttentionCase& c : cases()) {
    std::vector<std::vector<double>> results[2];
    for (DType dtype : {DType::f32, DType::f64}) {
      std::vector<Tensor> x;
      for (uint64_t seed : {1, 2, 3}) {
        x.push_back(
            attention_values(seed == 1 ? Shape{2, 3, 12} : Shape{2, 5, 6}, seed, dtype).set_requires_grad());
      }
      const Tensor y = attention(x[0], x[1], x[2], c.options);
      BackwardOptions from;
      from.gradient = attention_values({2, 3, 12}, 9, dtype);
      backward(y, from);
      auto& to = results[dtype == DType::f64];
      to = {y.values(), x[0].grad().values(), x[1].grad().values(), x[2].grad().values()};
    }
    for (size_t i = 0; i < 4; ++i) {
      for (size_t j = 0; j < results[0][i].size(); ++j) {
        ASSERT_NEAR(results[0][i][j], results[1][i][j], 1e-5) << c.name << " " << i;
      }
    }
  }
}

TEST(Attention, TakesSlicesOfOneProjection) {
  const Tensor whole = attention_values({2, 6, 3 * 8}, 1, DType::f32);
  std::vector<Tensor> slices, copies;
  for (int64_t i = 0; i < 3; ++i) {
    slices.push_back(whole.with_layout({2, 6, 8}, {6 * 24, 24, 1}, 8 * i));
    copies.push_back(slices.back().clone());
  }
  // Steps over a transposed [T, B, C], too.
  slices.push_back(attention_values({6, 2, 8}, 2, DType::f32).with_layout({2, 6, 8}, {8, 16, 1}));
  copies.push_back(slices.back().clone());
  const AttentionOptions options{.heads = 2, .causal = true};
  EXPECT_EQ(attention(slices[0], slices[1], slices[2], options).values(),
            attention(copies[0], copies[1], copies[2], options).values());
  EXPECT_EQ(attention(slices[3], slices[1], slices[2], options).values(),
            attention(copies[3], copies[1], copies[2], options).values());
}

TEST(Attention, WeightsAreThoseOfTheOutput) {
  const Tensor q = attention_values({2, 3, 12}, 1), k = attention_values({2, 5, 6}, 2),
               v = attention_values({2, 5, 6}, 3);
  for (const AttentionCase& c : cases()) {
    AttentionOptions options = c.options;
    options.dropout = 0;
    const auto y = attention(q, k, v, options).values(), w = attention_weights(q, k, options).values();
    for (size_t b = 0; b < 2; ++b) {
      for (size_t i = 0; i < 3; ++i) {
        for (size_t h = 0; h < 4; ++h) {
          double sum = 0, total = 0;
          for (size_t j = 0; j < 5; ++j) {
            const double weight = w[((b * 4 + h) * 3 + i) * 5 + j];
            total += weight;
            sum += weight * v.values()[(b * 5 + j) * 6 + h / 2 * 3];
          }
          EXPECT_NEAR(y[(b * 3 + i) * 12 + h * 3], sum, 1e-12) << c.name;
          EXPECT_TRUE(std::abs(total - 1) < 1e-12 || total == 0) << c.name;
        }
      }
    }
  }
}

TEST(Attention, EmptyInputs) {
  const AttentionOptions options{.heads = 2};
  EXPECT_EQ(attention(Tensor::zeros({0, 3, 4}), Tensor::zeros({0, 5, 4}), Tensor::zeros({0, 5, 4}), options)
                .numel(),
            0);
  const Tensor y = attention(attention_values({1, 3, 4}, 1), Tensor::zeros({1, 0, 4}, DType::f64),
                             Tensor::zeros({1, 0, 4}, DType::f64), options);
  EXPECT_EQ(y.values(), std::vector<double>(12, 0));
}

// Scores are those sums that softmax, with bias and mask, makes the weights of; in both precisions.
TEST(Attention, ScoresAreBeforeBiasAndMask) {
  for (const DType dtype : {DType::f64, DType::f32}) {
    const Tensor q = attention_values({2, 3, 12}, 1, dtype), k = attention_values({2, 5, 6}, 2, dtype);
    const Tensor bias = attention_values({2, 4, 3, 5}, 4, dtype);
    for (AttentionCase c : cases()) {
      c.options.bias = bias;
      const auto scores = attention_scores(q, k, c.options).values(),
                 w = attention_weights(q, k, c.options).values();
      const auto qs = q.values(), ks = k.values(), biases = bias.values();
      for (size_t row = 0; row < 2 * 4 * 3; ++row) {
        const size_t b = row / 12, h = row / 3 % 4, i = row % 3;
        double seen = 0, sum = 0;
        for (size_t j = 0; j < 5; ++j) {
          double score = 0;
          for (size_t d = 0; d < 3; ++d)
            score += qs[(b * 3 + i) * 12 + h * 3 + d] * ks[(b * 5 + j) * 6 + h / 2 * 3 + d];
          score *= c.options.scale.value_or(1 / std::sqrt(3.0));
          const double cap = c.options.cap;
          if (cap > 0) score = cap * std::tanh(score / cap);
          ASSERT_NEAR(scores[row * 5 + j], score, dtype == DType::f64 ? 1e-12 : 1e-6) << c.name;
          if (w[row * 5 + j] == 0) continue;  // hidden by the mask
          sum += std::exp(scores[row * 5 + j] + biases[row * 5 + j]);
          seen += 1;
        }
        for (size_t j = 0; j < 5 && seen > 0; ++j) {
          if (w[row * 5 + j] == 0) continue;
          EXPECT_NEAR(w[row * 5 + j], std::exp(scores[row * 5 + j] + biases[row * 5 + j]) / sum, 1e-6)
              << c.name;
        }
      }
    }
  }
}

TEST(Attention, Errors) {
  const Tensor q = attention_values({2, 3, 12}, 1), k = attention_values({2, 5, 6}, 2);
  const auto with = [&](const std::function<void(AttentionOptions&)>& set) {
    return [&, set] {
      AttentionOptions options{.heads = 4, .kv_heads = 2};
      set(options);
      attention(q, k, k, options);
    };
  };
  expect_error(with([](auto& o) { o.heads = 5; }), "does not divide into 5 heads");
  expect_error(with([](auto& o) { o.kv_heads = 3; }), "widths differ: 3 and 2");
  expect_error(with([](auto& o) { o.dropout = 1; }), "dropout is 1");
  expect_error(with([](auto& o) { o.cap = -1; }), "cap is -1");
  expect_error(with([](auto& o) { o.key_end = numbers({5, 6}); }), "key_end[1] is 6");
  expect_error(with([](auto& o) { o.offset = numbers({0}); }), "offset is [1]");
  expect_error(with([](auto& o) { o.bias = attention_values({1, 3, 3, 5}, 1); }), "bias is f64 [1, 3, 3, 5]");
  expect_error(with([](auto& o) {
                 o.distance_bias = attention_values({4, 4}, 1);
               }),
               "distances -2 to 4 are needed");
  expect_error([&] { attention(q, k.converted(DType::f32), k, {.heads = 4, .kv_heads = 2}); },
               "f64, f32 and f64");
  expect_error(
      [&] {
        attention(q, attention_values({1, 5, 6}, 1), k, {.heads = 4, .kv_heads = 2});
      },
      "batches differ: 2 and 1");
  expect_error([&] { distance_bias(attention_values({3, 4}, 1), numbers({3})); }, "bucket 3 of distance 0");
}

}  // namespace
}  // namespace hodhod
