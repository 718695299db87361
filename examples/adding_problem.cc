// SPDX-License-Identifier: Apache-2.0
// What a vanishing gradient costs: of fifty numbers two are marked, and a network that reads them one by one
// is to give their sum. Guessing the mean has an error of 1/6. A GRU learns it; an RNN, which has forgotten
// the first number by the time it is told the sum, does not.
// مسئلهٔ جمع: از پنجاه عدد دو تا نشان دارند و
// شبکه باید جمعشان را بگوید.
// GRU یاد می‌گیرد و RNN نه.
#include <fmt/core.h>

#include <algorithm>

#include "hodhod/nn/initialisers.h"
#include "hodhod/nn/linear.h"
#include "hodhod/nn/module.h"
#include "hodhod/nn/recurrent.h"
#include "hodhod/ops/elementwise.h"
#include "hodhod/ops/reduce.h"
#include "hodhod/ops/shape.h"
#include "hodhod/tensor/tape.h"
#include "hodhod/train/optimizer.h"

using namespace hodhod;
constexpr int64_t kNumbers = 50, kUnits = 64, kBatch = 32;
constexpr int kSteps = 1500;

struct Adder {
  Recurrent cell;
  Linear output{kUnits, 1};

  // Numbers with their marks [B, T, 2] → sums [B, 1], from the state after the last one.
  Tensor operator()(const Tensor& numbers) const {
    Context context;
    return output(select(cell(numbers, context).output, 1, kNumbers - 1));
  }
  template <class V>
  void visit(V& v) {
    v("cell", cell), v("output", output);
  }
};

struct Sums {
  Tensor numbers, sums;  // [B, T, 2], [B, 1]
};

// Numbers from 0 to 1; one of each half is marked.
Sums random_sums(int64_t rows, uint64_t seed) {
  Sums made{Tensor::zeros({rows, kNumbers, 2}), Tensor::zeros({rows, 1})};
  Rng rng(seed);
  for (int64_t b = 0; b < rows; ++b) {
    float* const row = made.numbers.data<float>() + b * kNumbers * 2;
    for (int64_t t = 0; t < kNumbers; ++t) row[2 * t] = static_cast<float>(rng.uniform());
    for (const int64_t half : {int64_t{0}, kNumbers / 2}) {
      float* const marked = row + 2 * (half + static_cast<int64_t>(rng.below(kNumbers / 2)));
      marked[1] = 1;
      made.sums.data<float>()[b] += marked[0];
    }
  }
  return made;
}

Tensor mean_squared_error(const Adder& adder, const Sums& batch) {
  const Tensor error = sub(adder(batch.numbers), batch.sums);
  return mean(mul(error, error));
}

// The error on sums that were not seen.
double error_after_learning(Cell cell) {
  Adder adder{Recurrent(RecurrentOptions{.cell = cell, .input = 2, .hidden = kUnits, .layers = 1})};
  adder.cell.initialise(Rng(1));
  init_xavier_uniform(adder.output.weight, Rng(2));
  init_zeros(adder.output.bias);
  set_requires_grad(adder);
  const auto optimizer = make_optimizer(parameters_of(adder), {.kind = OptimizerKind::adam, .beta2 = 0.999});
  for (uint64_t step = 0; step < kSteps; ++step) {
    backward(mean_squared_error(adder, random_sums(kBatch, 1000 + step)));
    optimizer->step(3e-3, 1 / std::max(1.0, optimizer->gradient_norm()));
  }
  const NoGrad off;
  return mean_squared_error(adder, random_sums(1000, 1)).values()[0];
}

int main() {
  const double rnn = error_after_learning(Cell::tanh), gru = error_after_learning(Cell::gru);
  fmt::print(
      "error of the sum of two of {} numbers\n  guessing {:.4f}\n  RNN      {:.4f}\n  GRU      {:.4f}\n",
      kNumbers, 1.0 / 6, rnn, gru);
  return rnn > 0.12 && gru < 0.01 ? 0 : 1;
}
