// SPDX-License-Identifier: Apache-2.0
// How fast a recurrent network forgets in training: the norm of ∂loss_T/∂x_{T−k}, relative to that at k = 0,
// for networks as they begin. The loss is a random direction of the last output.
// گرادیان در شبکه‌های بازگشتی چگونه محو یا منفجر
// می‌شود.
#include <fmt/core.h>

#include <array>
#include <cmath>
#include <map>
#include <string>

#include "hodhod/nn/initialisers.h"
#include "hodhod/nn/recurrent.h"
#include "hodhod/ops/elementwise.h"
#include "hodhod/ops/reduce.h"
#include "hodhod/ops/shape.h"
#include "hodhod/tensor/tape.h"

using namespace hodhod;
constexpr int64_t kUnits = 64, kSteps = 101;
constexpr std::array<int64_t, 5> kBack = {1, 10, 20, 50, 100};

struct Start {
  std::string name;
  Cell cell;
  double weight_factor = 1;  // of the recurrent weights
  double forget_bias = 0;
};

Tensor random_normal(const Shape& shape, uint64_t seed) {
  const Tensor x = Tensor::zeros(shape);
  init_normal(x, 0, 1, Rng(seed));
  return x;
}

// The norms at kBack, the mean of five seeds.
std::array<double, 5> norms(const Start& start) {
  std::array<double, 5> mean{};
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    Recurrent network(RecurrentOptions{.cell = start.cell, .input = kUnits, .hidden = kUnits, .layers = 1});
    network.initialise(Rng(seed));
    copy(scale(network.directions[0].weight_hh, start.weight_factor), network.directions[0].weight_hh);
    if (start.forget_bias != 0)
      fill(slice(network.directions[0].bias_ih, 0, kUnits, 2 * kUnits), start.forget_bias);
    Tensor x = random_normal({1, kSteps, kUnits}, 10 + seed);
    x.set_requires_grad();
    Context context;
    const Tensor last = select(network(x, context).output, 1, kSteps - 1);
    backward(sum(mul(last, random_normal({1, kUnits}, 20 + seed))));
    const auto gradient = x.grad().values();
    const auto norm = [&](int64_t back) {
      double sum = 0;
      for (int64_t c = 0; c < kUnits; ++c) {
        const double g = gradient[static_cast<size_t>((kSteps - 1 - back) * kUnits + c)];
        sum += g * g;
      }
      return std::sqrt(sum);
    };
    for (size_t i = 0; i < kBack.size(); ++i) mean[i] += norm(kBack[i]) / norm(0) / 5;
  }
  return mean;
}

int main() {
  fmt::print("{:28}", "steps back");
  for (const int64_t back : kBack) fmt::print("{:>10}", back);
  fmt::print("\n");
  std::map<std::string, std::array<double, 5>> found;
  for (const Start& start : {Start{"RNN", Cell::tanh},
                             {"RNN, recurrent weights x 3", Cell::tanh, 3},
                             {"GRU", Cell::gru},
                             {"LSTM", Cell::lstm},
                             {"LSTM, forget bias 1", Cell::lstm, 1, 1},
                             {"LSTM, forget bias 3", Cell::lstm, 1, 3}}) {
    found[start.name] = norms(start);
    fmt::print("{:28}", start.name);
    for (const double norm : found[start.name]) fmt::print("{:>10.1e}", norm);
    fmt::print("\n");
  }
  // A gate does not save an LSTM as it begins: what helps is a forget gate that begins open.
  const bool vanishes = found["RNN"][2] < 1e-5 && found["LSTM"][2] < 1e-3 && found["GRU"][2] < 1e-3;
  const bool explodes = found["RNN, recurrent weights x 3"][4] > 1;
  const bool open =
      found["LSTM, forget bias 3"][4] > 0.02 && found["LSTM, forget bias 1"][2] > 10 * found["LSTM"][2];
  return vanishes && explodes && open ? 0 : 1;
}
