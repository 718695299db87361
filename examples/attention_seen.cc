// SPDX-License-Identifier: Apache-2.0
// What attention does, and what it cannot do alone: word order, the temperature √d_k, the mask, and where the
// weights of a Transformer are.
// توجه چه می‌کند: ترتیب واژه‌ها، دمای √d_k، نقاب، و
// این‌که وزن‌های ترنسفورمر کجا هستند.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "hodhod/nn/attention.h"
#include "hodhod/nn/embedding.h"
#include "hodhod/nn/feed_forward.h"
#include "hodhod/nn/initialisers.h"
#include "hodhod/nn/module.h"
#include "hodhod/nn/positions.h"
#include "hodhod/ops/attention.h"
#include "hodhod/ops/matmul.h"
#include "hodhod/ops/shape.h"
#include "hodhod/ops/softmax.h"
#include "hodhod/tensor/tape.h"

using namespace hodhod;
constexpr int64_t kWidth = 32;

Tensor random_normal(const Shape& shape, uint64_t seed) {
  const Tensor x = Tensor::zeros(shape);
  init_normal(x, 0, 1, Rng(seed));
  return x;
}

double greatest_difference(const Tensor& a, const Tensor& b) {
  const auto x = a.values(), y = b.values();
  double greatest = 0;
  for (size_t i = 0; i < x.size(); ++i) greatest = std::max(greatest, std::abs(x[i] - y[i]));
  return greatest;
}

// "Rosa eats pizza" and "pizza eats Rosa": how much the vector of Rosa differs between them.
double difference_of_rosa(bool with_positions) {
  Embedding words(3, kWidth);  // Rosa, eats, pizza
  MultiHeadAttention attention({.width = kWidth, .heads = 4});
  init_normal(words.weight, 0, 1, Rng(1));
  for (auto& [name, weight] : parameters_of(attention)) init_normal(weight, 0, 0.2, stream_of(Rng(2), name));
  const Tensor waves = sinusoidal_positions(3, kWidth, SinusoidOrder::interleaved);
  Context context;
  const auto encoded = [&](const std::vector<int64_t>& sentence) {
    Tensor x = words(Tensor::from(sentence, {1, 3}), context);
    if (with_positions) x = add_positions(x, waves);
    return attention(x, {}, context, x);
  };
  return greatest_difference(select(encoded({0, 1, 2}), 1, 0), select(encoded({2, 1, 0}), 1, 2));
}

// The mean of the greatest attention weight among 20 keys, for random queries and keys of d channels.
double greatest_weight(int64_t d, double scale) {
  const Tensor q = random_normal({1, 200, 1, d}, 3), k = random_normal({1, 20, 1, d}, 4);
  const auto weights = attention_weights(q, k, {.scale = scale}).values();
  double sum = 0;
  for (size_t i = 0; i < 200; ++i)
    sum += *std::max_element(weights.begin() + static_cast<int64_t>(i) * 20,
                             weights.begin() + static_cast<int64_t>(i + 1) * 20);
  return sum / 200;
}

int main() {
  const NoGrad off;
  const double without = difference_of_rosa(false), with = difference_of_rosa(true);
  fmt::print(
      "\"Rosa eats pizza\", \"pizza eats Rosa\": the vector of Rosa differs by {:.1e} without positions, by "
      "{:.2f} with them\n",
      without, with);

  fmt::print("greatest of 20 weights   not scaled   scaled by 1/sqrt(d)\n");
  bool tempered = true;
  for (const int64_t d : {8, 64, 512}) {
    const double plain = greatest_weight(d, 1),
                 scaled = greatest_weight(d, 1 / std::sqrt(static_cast<double>(d)));
    fmt::print("{:>5} channels {:>20.3f} {:>18.3f}\n", d, plain, scaled);
    tempered = tempered && scaled < 0.4 && (d < 64 || plain > 0.8);
  }

  const Tensor x = random_normal({1, 4, 1, 8}, 5);
  const auto seen = attention_weights(x, x, {.causal = true}).values();
  fmt::print(
      "the mask hides what is above the diagonal: each token attends to itself and to those before it\n");
  bool triangle = true;
  for (size_t t = 0; t < 4; ++t) {
    for (size_t s = 0; s < 4; ++s) {
      fmt::print("{:7.3f}", seen[t * 4 + s]);
      triangle = triangle && (seen[t * 4 + s] == 0) == (s > t);
    }
    fmt::print("\n");
  }

  const auto waves = sinusoidal_positions(2, 6, SinusoidOrder::interleaved).values();
  fmt::print(
      "positions: even channels are sines, odd ones cosines, for every word: word 0 has {:.0f} {:.0f}, word "
      "1 {:.3f} {:.3f}\n",
      waves[0], waves[1], waves[6], waves[7]);
  const bool channels = waves[0] == 0 && waves[1] == 1 && std::abs(waves[6] - std::sin(1)) < 1e-6 &&
                        std::abs(waves[7] - std::cos(1)) < 1e-6;

  MultiHeadAttention attention({.width = 512, .heads = 8});
  FeedForward feed_forward({.width = 512, .hidden = 2048});
  const int64_t in_attention = parameter_count(attention), in_feed_forward = parameter_count(feed_forward);
  fmt::print("a layer of width 512: {} parameters in attention, {} in the feed-forward network\n",
             in_attention, in_feed_forward);
  const bool third = in_attention == 4 * (512 * 512 + 512) && in_feed_forward == 2 * 512 * 2048 + 2048 + 512;
  return without < 1e-5 && with > 0.1 && tempered && triangle && channels && third ? 0 : 1;
}
