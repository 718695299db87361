// SPDX-License-Identifier: Apache-2.0
// "Add & norm", measured by leaving them out: stacks of Transformer layers learn to copy a sequence
// backwards, with and without residual connections, with and without norms. «جمع و
// هنجارسازی» را حذف می‌کنیم تا ببینیم چه می‌کند.
#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>

#include "hodhod/nn/attention.h"
#include "hodhod/nn/embedding.h"
#include "hodhod/nn/feed_forward.h"
#include "hodhod/nn/initialisers.h"
#include "hodhod/nn/module.h"
#include "hodhod/nn/norm.h"
#include "hodhod/nn/positions.h"
#include "hodhod/ops/loss.h"
#include "hodhod/ops/shape.h"
#include "hodhod/tensor/tape.h"
#include "hodhod/train/optimizer.h"

using namespace hodhod;
constexpr int64_t kWidth = 32, kWords = 16, kLength = 8, kBatch = 32;

struct Layer {
  MultiHeadAttention attention{MultiHeadAttentionOptions{.width = kWidth, .heads = 4}};
  FeedForward feed_forward{FeedForwardOptions{.width = kWidth, .hidden = 4 * kWidth}};
  Norm first{kWidth}, second{kWidth};
  template <class V>
  void visit(V& v) {
    v("attention", attention), v("feed_forward", feed_forward), v("first", first), v("second", second);
  }
};

struct Stack {
  bool adds, norms;
  Embedding words{kWords, kWidth};
  std::vector<Layer> layers;
  Linear output{kWidth, kWords};

  Tensor operator()(const Tensor& ids) const {
    Context context;
    Tensor x =
        add_positions(words(ids, context), sinusoidal_positions(kLength, kWidth, SinusoidOrder::interleaved));
    for (const Layer& layer : layers) {
      x = layer.attention(x, {}, context, adds ? x : Tensor());
      if (norms) x = layer.first(x);
      x = layer.feed_forward(x, context, adds ? x : Tensor());
      if (norms) x = layer.second(x);
    }
    return output(x);
  }
  template <class V>
  void visit(V& v) {
    v("words", words), v("layer", layers), v("output", output);
  }
};

// The loss after `steps` updates; log(16) = 2.77 is guessing.
double loss_after(int64_t layers, bool adds, bool norms, int steps) {
  Stack stack{.adds = adds, .norms = norms, .layers = std::vector<Layer>(static_cast<size_t>(layers))};
  for (auto& [name, weight] : parameters_of(stack)) {
    if (weight.rank() == 2) init_xavier_uniform(weight, stream_of(Rng(1), name));
    if (weight.rank() == 1) fill(weight, name.ends_with("weight") ? 1 : 0);
  }
  set_requires_grad(stack);
  const auto optimizer = make_optimizer(parameters_of(stack), {.kind = OptimizerKind::adam});
  Rng rng(2);
  double recent = 0;
  for (int step = 1; step <= steps; ++step) {
    std::vector<int64_t> ids, labels(kBatch * kLength);
    for (int64_t i = 0; i < kBatch * kLength; ++i) ids.push_back(static_cast<int64_t>(rng.below(kWords)));
    for (int64_t i = 0; i < kBatch * kLength; ++i)
      labels[static_cast<size_t>(i)] =
          ids[static_cast<size_t>(i / kLength * kLength + kLength - 1 - i % kLength)];
    const Tensor loss = cross_entropy(reshape(stack(Tensor::from(ids, {kBatch, kLength})), {-1, kWords}),
                                      Tensor::from(labels, {kBatch * kLength}));
    backward(loss);
    optimizer->step(2e-3 * std::min(1.0, step / 20.0));
    if (step > steps - 10) recent += loss.item() / 10;
  }
  return recent;
}

int main(int count, char** arguments) {
  const int steps = count > 1 ? std::atoi(arguments[1]) : 300;
  fmt::print("loss after {} steps of copying backwards\n", steps);
  fmt::print("layers   add & norm   without add   without norm   without both\n");
  bool helps = true;
  for (const int64_t layers : {2, 6}) {
    const double both = loss_after(layers, true, true, steps),
                 no_add = loss_after(layers, false, true, steps),
                 no_norm = loss_after(layers, true, false, steps),
                 neither = loss_after(layers, false, false, steps);
    fmt::print("{:>6} {:>12.4f} {:>13.4f} {:>14.4f} {:>14.4f}\n", layers, both, no_add, no_norm, neither);
    helps = helps && (layers < 6 || (both < 0.5 && both < no_norm && no_add > 2 && neither > 2));
  }
  return helps ? 0 : 1;
}
