// SPDX-License-Identifier: Apache-2.0
// The cook learns: a recurrent network of Elman's kind is shown weeks of weather and dishes. It is right on
// weeks, and its memory drifts over a year, until it is shown longer stretches.
// آشپز یاد می‌گیرد: شبکه با نمونه‌های یک‌هفته‌ای
// درست کار می‌کند، اما حافظه‌اش در طول یک سال منحرف
// می‌شود.
#include <fmt/core.h>

#include "hodhod/nn/initialisers.h"
#include "hodhod/nn/linear.h"
#include "hodhod/nn/module.h"
#include "hodhod/nn/recurrent.h"
#include "hodhod/ops/loss.h"
#include "hodhod/ops/reduce.h"
#include "hodhod/ops/shape.h"
#include "hodhod/tensor/tape.h"
#include "hodhod/train/optimizer.h"

using namespace hodhod;
constexpr int64_t kUnits = 6;

struct Cook {
  Recurrent cell{RecurrentOptions{.cell = Cell::tanh, .input = 5, .hidden = kUnits, .layers = 1}};
  Linear output{kUnits, 3};

  // Weather, and on the first day the dish of the day before, [B, T, 5] → logits of each day's dish [B, T,
  // 3].
  Tensor operator()(const Tensor& days) const {
    Context context;
    return output(cell(days, context).output);
  }
  template <class V>
  void visit(V& v) {
    v("cell", cell), v("output", output);
  }
};

struct Days {
  Tensor input, dishes;  // [B, T, 5], [B, T]
};

// Random weather; sunny: the same dish as yesterday, rainy: the next in the order pizza, chicken, sandwich.
Days random_days(int64_t rows, int64_t days, uint64_t seed) {
  Days made{Tensor::zeros({rows, days, 5}), Tensor::zeros({rows, days}, DType::i64)};
  Rng rng(seed);
  for (int64_t b = 0; b < rows; ++b) {
    int64_t dish = static_cast<int64_t>(rng.below(3));
    for (int64_t t = 0; t < days; ++t) {
      float* day = made.input.data<float>() + (b * days + t) * 5;
      if (t == 0) day[2 + dish] = 1;
      const bool rainy = rng.below(2) == 1;
      day[rainy ? 1 : 0] = 1;
      if (rainy) dish = (dish + 2) % 3;
      made.dishes.data<int64_t>()[b * days + t] = dish;
    }
  }
  return made;
}

double share_right(const Cook& cook, const Days& days) {
  const NoGrad off;
  const Tensor guessed = argmax(cook(days.input), 2);
  int64_t right = 0;
  for (int64_t i = 0; i < guessed.numel(); ++i)
    right += guessed.data<int64_t>()[i] == days.dishes.data<int64_t>()[i] ? 1 : 0;
  return static_cast<double>(right) / static_cast<double>(guessed.numel());
}

void learn(Cook& cook, Optimizer& optimizer, int64_t days, int steps, double rate, uint64_t seed) {
  for (int step = 0; step < steps; ++step) {
    const Days batch = random_days(32, days, seed + static_cast<uint64_t>(step));
    const Tensor loss = cross_entropy(reshape(cook(batch.input), {-1, 3}), reshape(batch.dishes, {-1}));
    backward(loss);
    optimizer.step(rate);
  }
}

int main() {
  const Days weeks = random_days(256, 7, 1'000'000), year = random_days(16, 365, 2'000'000);
  bool right_on_weeks = true, drifts = false;
  double before = 0, after = 0;
  fmt::print("        shown weeks           then months\nseed    weeks    years        years\n");
  for (uint64_t seed = 1; seed <= 8; ++seed) {
    Cook cook;
    cook.cell.initialise(Rng(seed));
    init_xavier_uniform(cook.output.weight, Rng(seed + 50));
    init_zeros(cook.output.bias);
    set_requires_grad(cook);
    const auto optimizer = make_optimizer(parameters_of(cook), {.kind = OptimizerKind::adam, .beta2 = 0.999});
    learn(cook, *optimizer, 7, 300, 0.02, 1000 * seed);
    const double on_weeks = share_right(cook, weeks), on_years = share_right(cook, year);
    learn(cook, *optimizer, 30, 300, 0.004, 100'000 * seed);
    const double later = share_right(cook, year);
    fmt::print("{:4} {:7.1f}% {:7.1f}% {:11.1f}%\n", seed, 100 * on_weeks, 100 * on_years, 100 * later);
    right_on_weeks = right_on_weeks && on_weeks == 1;
    drifts = drifts || on_years < 0.99;
    before += on_years / 8;
    after += later / 8;
  }
  fmt::print("mean of the years: {:.1f} %, then {:.1f} %\n", 100 * before, 100 * after);
  return right_on_weeks && drifts && after > before ? 0 : 1;
}
