// SPDX-License-Identifier: Apache-2.0
// Speed of kernels for losses and optimisers.
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

BENCHMARK(cross_entropy)->Args({512, 8000})->UseRealTime();
BENCHMARK(adam)->Arg(1 << 20)->UseRealTime();

}  // namespace
