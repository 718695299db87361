// SPDX-License-Identifier: Apache-2.0
// Speed of kernels that go over memory once or twice: activations, rows, dropout, optimisers.
#include <benchmark/benchmark.h>

#include <vector>

#include "hodhod/base/rng.h"
#include "hodhod/kernels/kernels.h"

namespace {

using namespace hodhod::kernels;

std::vector<float> values(int64_t count) {
  hodhod::Rng rng(1);
  std::vector<float> made(static_cast<size_t>(count));
  for (float& value : made) value = rng.uniform() * 4.0f - 2.0f;
  return made;
}

// Bytes read and written per second, `count` floats an iteration.
void set_traffic(benchmark::State& state, int64_t count) {
  state.counters["GB/s"] =
      benchmark::Counter(4e-9 * static_cast<double>(count), benchmark::Counter::kIsIterationInvariantRate);
}

void unary(benchmark::State& state, Unary function) {
  const int64_t count = state.range(0);
  const auto x = values(count);
  std::vector<float> y(x.size());
  for (auto _ : state) {
    cpu_kernels<float>().unary({.function = function, .count = count, .x = x.data(), .y = y.data()});
  }
  set_traffic(state, 2 * count);
}

void softmax(benchmark::State& state, bool log) {
  const int64_t rows = state.range(0), columns = state.range(1);
  const auto x = values(rows * columns);
  std::vector<float> y(x.size());
  for (auto _ : state) {
    cpu_kernels<float>().softmax(
        {.rows = rows, .columns = columns, .log = log, .x = x.data(), .y = y.data()});
  }
  set_traffic(state, 2 * rows * columns);
}

void norm(benchmark::State& state, NormKind kind) {
  const int64_t rows = state.range(0), columns = state.range(1);
  const auto x = values(rows * columns), gamma = values(columns);
  std::vector<float> y(x.size());
  for (auto _ : state) {
    cpu_kernels<float>().norm({.kind = kind,
                               .rows = rows,
                               .columns = columns,
                               .epsilon = 1e-5f,
                               .x = x.data(),
                               .gamma = gamma.data(),
                               .beta = gamma.data(),
                               .y = y.data()});
  }
  set_traffic(state, 2 * rows * columns);
}

void cross_entropy(benchmark::State& state) {
  const int64_t rows = state.range(0), classes = state.range(1);
  const auto x = values(rows * classes);
  std::vector<float> losses(static_cast<size_t>(rows)), dx(x.size());
  const std::vector<int64_t> targets(static_cast<size_t>(rows), 3);
  CrossEntropyArgs<float> args;
  args.rows = rows;
  args.classes = args.stride = classes;
  args.logits = x.data();
  args.targets = targets.data();
  args.losses = losses.data();
  args.dlogits = dx.data();
  for (auto _ : state) cpu_kernels<float>().cross_entropy(args);
  set_traffic(state, 2 * rows * classes);
}

void dropout(benchmark::State& state) {
  const int64_t rows = state.range(0), columns = state.range(1);
  const auto x = values(rows * columns);
  std::vector<float> y(x.size());
  for (auto _ : state) {
    cpu_kernels<float>().dropout({.rows = rows,
                                  .columns = columns,
                                  .probability = 0.1,
                                  .seed = 1,
                                  .stream = 2,
                                  .x = x.data(),
                                  .y = y.data()});
  }
  set_traffic(state, 2 * rows * columns);
}

void adam(benchmark::State& state) {
  const int64_t count = state.range(0);
  auto value = values(count), mean = values(count), square = values(count);
  const auto gradient = values(count);
  for (float& s : square) s *= s;
  AdamArgs<float> args;
  args.value = value.data();
  args.gradient = gradient.data();
  args.mean = mean.data();
  args.square = square.data();
  args.count = count;
  args.rate = 1e-4;
  args.decoupled = true;
  for (auto _ : state) cpu_kernels<float>().adam(args);
  set_traffic(state, 7 * count);
}

BENCHMARK_CAPTURE(unary, gelu, Unary::kGelu)->Arg(1 << 20)->UseRealTime();
BENCHMARK_CAPTURE(unary, gelu_tanh, Unary::kGeluTanh)->Arg(1 << 20)->UseRealTime();
BENCHMARK_CAPTURE(unary, silu, Unary::kSilu)->Arg(1 << 20)->UseRealTime();
BENCHMARK_CAPTURE(unary, tanh, Unary::kTanh)->Arg(1 << 20)->UseRealTime();
BENCHMARK_CAPTURE(softmax, plain, false)->Args({4096, 64})->Args({512, 8000})->UseRealTime();
BENCHMARK_CAPTURE(softmax, log, true)->Args({4096, 64})->Args({512, 8000})->UseRealTime();
BENCHMARK_CAPTURE(norm, layer, NormKind::kLayer)->Args({2048, 512})->UseRealTime();
BENCHMARK_CAPTURE(norm, rms, NormKind::kRms)->Args({2048, 512})->UseRealTime();
BENCHMARK(cross_entropy)->Args({512, 8000})->UseRealTime();
BENCHMARK(dropout)->Args({2048, 512})->UseRealTime();
BENCHMARK(adam)->Arg(1 << 20)->UseRealTime();

}  // namespace
