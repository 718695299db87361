// SPDX-License-Identifier: Apache-2.0
// A neural language model in its first form (Bengio et al. 2003): it learns a sentence byte by byte, each
// from the eight before it, and recites it.
#include <fmt/core.h>

#include "hodhod/nn/embedding.h"
#include "hodhod/nn/initialisers.h"
#include "hodhod/nn/linear.h"
#include "hodhod/nn/module.h"
#include "hodhod/ops/loss.h"
#include "hodhod/ops/reduce.h"
#include "hodhod/ops/shape.h"
#include "hodhod/tensor/tape.h"
#include "hodhod/train/optimizer.h"

using namespace hodhod;
constexpr int64_t kWindow = 8, kWidth = 16;

struct Model {
  Embedding letters{256, kWidth};
  Linear hidden{kWindow * kWidth, 64}, output{64, 256};

  // bytes [B, kWindow] → logits of the next byte [B, 256]
  Tensor operator()(const Tensor& bytes) const {
    return output(hidden(reshape(letters(bytes, Context()), {-1, kWindow * kWidth})),
                  {.activation = kernels::Activation::tanh});
  }
  template <class V>
  void visit(V& v) {
    v("letters", letters), v("hidden", hidden), v("output", output);
  }
};

int main() {
  const std::u8string_view text = u8"        هدهد همان شانه‌به‌سر است: the hoopoe.";
  std::vector<int64_t> windows, next(text.begin() + kWindow, text.end());
  for (auto end = text.begin() + kWindow; end < text.end(); ++end)
    windows.insert(windows.end(), end - kWindow, end);
  const auto count = static_cast<int64_t>(next.size());
  const Tensor x = Tensor::from(windows, {count, kWindow}), y = Tensor::from(next, {count});
  Model model;
  for (auto& [name, parameter] : parameters_of(model))
    init_normal(parameter, 0, 0.1, stream_of(Rng(1), name));
  set_requires_grad(model);
  const auto optimizer = make_optimizer(parameters_of(model), {.kind = OptimizerKind::adamw});
  for (int step = 1; step <= 200; ++step) {
    const Tensor loss = cross_entropy(model(x), y);
    backward(loss);
    optimizer->step(0.01);
    if (step % 50 == 0) fmt::print("step {:3}  loss {:.4f}\n", step, loss.item());
  }
  std::vector<int64_t> recited(text.begin(), text.begin() + kWindow);
  while (recited.size() < text.size()) {
    const std::vector<int64_t> last(recited.end() - kWindow, recited.end());
    recited.push_back(static_cast<int64_t>(argmax(model(Tensor::from(last, {1, kWindow}))).item()));
  }
  fmt::print("{}\n", std::string(recited.begin() + kWindow, recited.end()));
  return std::equal(recited.begin(), recited.end(), text.begin(), text.end()) ? 0 : 1;
}
