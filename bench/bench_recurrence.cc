// SPDX-License-Identifier: Apache-2.0
// Speed of recurrent layers: the kernels alone, and a whole training step of the language models of
// versus_torch.
#include <benchmark/benchmark.h>

#include <cmath>
#include <vector>

#include "hodhod/base/threads.h"
#include "hodhod/kernels/kernels.h"
#include "hodhod/nn/initialisers.h"
#include "hodhod/nn/module.h"
#include "hodhod/nn/recurrent.h"
#include "hodhod/ops/embedding.h"
#include "hodhod/ops/linear_cross_entropy.h"
#include "hodhod/tensor/tape.h"

namespace hodhod {
namespace {

Tensor random(const Shape& shape, uint64_t stream) {
  const Tensor x = Tensor::empty(shape);
  init_uniform(x, -0.06, 0.06, Rng(1, stream));
  return x;
}

void count_operations(benchmark::State& state, double operations) {
  state.counters["flop/s"] = benchmark::Counter(operations, benchmark::Counter::kIsIterationInvariantRate);
}

// args: cell, rows, steps, hidden units
struct Sequence {
  Cell cell;
  int64_t B, T, H, G;
  Tensor gates, initial;
  RecurrenceWeights weights;

  explicit Sequence(const benchmark::State& state)
      : cell(static_cast<Cell>(state.range(0))),
        B(state.range(1)),
        T(state.range(2)),
        H(state.range(3)),
        G(kernels::gates_of(cell)),
        gates(random({B, T, G * H}, 1)),
        weights{random({G * H, H}, 2)} {}
  double operations() const { return 2.0 * static_cast<double>(B * T * G * H * H); }
};

void sequence_forward(benchmark::State& state) {
  const Sequence s(state);
  NoGrad off;
  for (auto _ : state) benchmark::DoNotOptimize(recurrence(s.cell, s.gates, s.weights).output.raw());
  count_operations(state, s.operations());
}

// Forward and backward, with the gradient of the recurrent weights: three products.
void sequence_training(benchmark::State& state) {
  Sequence s(state);
  s.gates.set_requires_grad();
  s.weights.hidden.set_requires_grad();
  const Tensor dy = random({s.B, s.T, s.H}, 3);
  for (auto _ : state) {
    backward(recurrence(s.cell, s.gates, s.weights).output, {.gradient = dy});
    s.gates.clear_grad();
    s.weights.hidden.clear_grad();
  }
  count_operations(state, 3 * s.operations());
}

// One step of decoding with packed weights.
void decoding_step(benchmark::State& state) {
  const Sequence s(state);
  NoGrad off;
  const PackedRecurrence packed(s.cell, s.weights);
  RecurrenceState last;
  for (auto _ : state) last = recurrence(s.cell, s.gates, s.weights, last, {.packed = &packed}).last;
  count_operations(state, s.operations());
}

// args: cell, whether tokens go through the table
void language_model_step(benchmark::State& state) {
  const auto cell = static_cast<Cell>(state.range(0));
  Recurrent stack({.cell = cell, .input = 256, .hidden = 256, .layers = 2});
  stack.initialise(Rng(1));
  Tensor table = random({65, 256}, 2), output = random({65, 256}, 3), bias = random({65}, 4);
  std::vector<Tensor> parameters = {table, output, bias};
  for_each_parameter(stack, [&](const std::string&, Tensor& parameter) { parameters.push_back(parameter); });
  std::vector<Tensor> means, squares;
  for (Tensor& parameter : parameters) {
    parameter.set_requires_grad();
    means.push_back(Tensor::zeros(parameter.shape()));
    squares.push_back(Tensor::zeros(parameter.shape()));
  }
  table = parameters[0];
  output = parameters[1];
  bias = parameters[2];
  size_t next = 3;
  for_each_parameter(stack, [&](const std::string&, Tensor& parameter) { parameter = parameters[next++]; });
  const Tensor ids = Tensor::empty({32, 64}, DType::i64), targets = Tensor::empty({32, 64}, DType::i64);
  Rng rng(5);
  for (int64_t i = 0; i < ids.numel(); ++i) {
    ids.data<int64_t>()[i] = static_cast<int64_t>(rng.below(65));
    targets.data<int64_t>()[i] = static_cast<int64_t>(rng.below(65));
  }
  int64_t step = 0;
  for (auto _ : state) {
    Context context{.training = true};
    const Tensor y =
        state.range(1) ? stack(ids, table, context).output : stack(embedding(ids, table), context).output;
    backward(linear_cross_entropy(y, output, bias, targets));
    ++step;
    for (size_t i = 0; i < parameters.size(); ++i) {
      kernels::cpu_kernels<float>().adam({.value = parameters[i].data<float>(),
                                          .gradient = parameters[i].grad().data<float>(),
                                          .mean = means[i].data<float>(),
                                          .square = squares[i].data<float>(),
                                          .count = parameters[i].numel(),
                                          .step = step,
                                          .rate = 1e-4,
                                          .weight_decay = 0.01,
                                          .decoupled = true});
      parameters[i].clear_grad();
    }
  }
  count_operations(
      state, 6.0 * 2048 * (2 * 2 * static_cast<double>(kernels::gates_of(cell)) * 256 * 256 + 256 * 65));
}

void cells(benchmark::internal::Benchmark* benchmark, std::vector<int64_t> rest) {
  for (const Cell cell : {Cell::tanh, Cell::lstm, Cell::gru}) {
    std::vector<int64_t> args = {static_cast<int64_t>(cell)};
    args.insert(args.end(), rest.begin(), rest.end());
    benchmark->Args(args);
  }
  benchmark->Unit(benchmark::kMillisecond)->UseRealTime();
}
void sequences(benchmark::internal::Benchmark* benchmark) {
  for (const int64_t hidden : {128, 256, 512}) cells(benchmark, {32, 64, hidden});
  cells(benchmark, {4, 64, 256});
}

BENCHMARK(sequence_forward)->Apply(sequences);
BENCHMARK(sequence_training)->Apply(sequences);
BENCHMARK(decoding_step)->Apply([](auto* b) {
                          cells(b, {1, 1, 256});
                        }) -> Apply([](auto* b) {
                          cells(b, {1, 1, 512});
                        });
BENCHMARK(language_model_step)
    ->Apply([](auto* b) { cells(b, {0}); }) -> Apply([](auto* b) { cells(b, {1}); });

}  // namespace
}  // namespace hodhod

BENCHMARK_MAIN();
