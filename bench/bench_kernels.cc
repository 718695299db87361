// SPDX-License-Identifier: Apache-2.0
// Speed of single kernels: build/release/bench/bench_kernels [--benchmark_filter=...]
#include <benchmark/benchmark.h>

#include <vector>

#include "hodhod/kernels/kernels.h"

namespace {

using hodhod::kernels::cpu_kernels;
using hodhod::kernels::PackedMatrix;
using hodhod::kernels::ProductArgs;

// Rows times weights stored [out, in], as in a linear layer; packed beforehand or not.
void product(benchmark::State& state, bool packed) {
  const int64_t m = state.range(0), n = state.range(1), k = state.range(2);
  std::vector<float> a(static_cast<size_t>(m * k), 0.5f), b(static_cast<size_t>(n * k), 0.25f);
  std::vector<float> c(static_cast<size_t>(m * n));
  std::vector<float> memory(static_cast<size_t>(PackedMatrix::size(k, n)));
  const PackedMatrix packed_b(b.data(), k, true, k, n, memory.data());
  ProductArgs<float> args;
  args.m = m;
  args.n = n;
  args.k = k;
  args.a = {.data = a.data(), .stride = k};
  args.b = {.data = b.data(), .stride = k, .transpose = true};
  if (packed) args.packed_b = &packed_b;
  args.c = c.data();
  args.c_stride = n;
  for (auto _ : state) cpu_kernels<float>().product(args);
  state.counters["GFLOP/s"] = benchmark::Counter(2e-9 * static_cast<double>(m * n * k),
                                                 benchmark::Counter::kIsIterationInvariantRate);
}

void shapes(benchmark::internal::Benchmark* benchmark) {
  for (const int64_t m : {1, 2, 4, 8, 16, 64, 512}) benchmark->Args({m, 768, 768});
  benchmark->Args({2048, 512, 512})->Args({1, 3072, 768})->Args({1, 768, 3072})->UseRealTime();
}

BENCHMARK_CAPTURE(product, plain, false)->Apply(shapes);
BENCHMARK_CAPTURE(product, packed, true)->Apply(shapes);

}  // namespace

BENCHMARK_MAIN();
