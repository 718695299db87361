// SPDX-License-Identifier: Apache-2.0
// Speed of the pointwise kernels, in bytes read and written per second; beside `copy`, which is what memory
// allows.
//
//   build/release/bench/bench_kernels [--benchmark_filter=norm]     threads: HODHOD_THREADS
#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>
#include <vector>

#include "hodhod/base/rng.h"
#include "hodhod/kernels/copy.h"
#include "hodhod/kernels/kernels.h"

namespace hodhod::kernels {
namespace {

std::vector<float> values(int64_t count, uint64_t seed) {
  Rng rng(seed);
  std::vector<float> x(count);
  for (float& value : x) value = (rng.uniform() - 0.5f) * 5.0f;
  return x;
}

// `passes` arrays of the benchmark's size go through memory in each iteration.
void report(benchmark::State& state, int64_t count, int passes) {
  state.SetBytesProcessed(state.iterations() * count * passes * static_cast<int64_t>(sizeof(float)));
}

void rows_by_columns(benchmark::internal::Benchmark* b) {
  for (int64_t columns : {128, 512, 768}) b->Args({2048, columns});
  b->Args({12, 128})->UseRealTime();
}

void unary_speed(benchmark::State& state, Unary function, bool backward) {
  const int64_t count = state.range(0) * state.range(1);
  const auto x = values(count, 1), dy = values(count, 2);
  std::vector<float> y(count);
  for (auto _ : state) {
    if (backward) {
      cpu::unary_backward(
          {.function = function, .count = count, .saved = x.data(), .dy = dy.data(), .dx = y.data()});
    } else {
      cpu::unary({.function = function, .count = count, .x = x.data(), .y = y.data()});
    }
    benchmark::ClobberMemory();
  }
  report(state, count, backward ? 3 : 2);
}

void copy_speed(benchmark::State& state) {
  const int64_t count = state.range(0) * state.range(1);
  const auto x = values(count, 1);
  std::vector<float> y(count);
  for (auto _ : state) {
    cpu::copy({.size = 4,
               .nest = {.rank = 1, .shape = {count}, .strides = {Extents{1}, Extents{1}}},
               .from = x.data(),
               .to = y.data()});
    benchmark::ClobberMemory();
  }
  report(state, count, 2);
}

void transpose_speed(benchmark::State& state) {
  const int64_t rows = state.range(0), columns = state.range(1);
  const auto x = values(rows * columns, 1);
  std::vector<float> y(rows * columns);
  for (auto _ : state) {
    cpu::copy(
        {.size = 4,
         .nest = {.rank = 2, .shape = {columns, rows}, .strides = {Extents{1, columns}, Extents{rows, 1}}},
         .from = x.data(),
         .to = y.data()});
    benchmark::ClobberMemory();
  }
  report(state, rows * columns, 2);
}

void bias_speed(benchmark::State& state) {
  const int64_t rows = state.range(0), columns = state.range(1);
  const auto x = values(rows * columns, 1), bias = values(columns, 2);
  std::vector<float> y(rows * columns);
  for (auto _ : state) {
    cpu::binary(
        {.function = Binary::add,
         .nest = {.rank = 2, .shape = {rows, columns}, .strides = {Extents{columns, 1}, Extents{0, 1}}},
         .a = x.data(),
         .b = bias.data(),
         .y = y.data()});
    benchmark::ClobberMemory();
  }
  report(state, rows * columns, 2);
}

void gated_speed(benchmark::State& state, bool backward) {
  const int64_t rows = state.range(0), columns = state.range(1);
  const auto x = values(rows * columns * 2, 1), dy = values(rows * columns, 2);
  std::vector<float> y(rows * columns * 2);
  for (auto _ : state) {
    const float* gate = x.data();
    if (backward) {
      cpu::gated_backward({Activation::silu, rows, columns, gate, 2 * columns, gate + columns, 2 * columns,
                           dy.data(), y.data(), 2 * columns, y.data() + columns, 2 * columns});
    } else {
      cpu::gated({Activation::silu, rows, columns, gate, 2 * columns, gate + columns, 2 * columns, y.data()});
    }
    benchmark::ClobberMemory();
  }
  report(state, rows * columns, backward ? 5 : 3);
}

void norm_speed(benchmark::State& state, NormKind kind, bool residual) {
  const int64_t rows = state.range(0), columns = state.range(1);
  const auto x = values(rows * columns, 1), r = values(rows * columns, 2), gamma = values(columns, 3);
  std::vector<float> y(rows * columns), sum(rows * columns), mean(rows), scale(rows);
  for (auto _ : state) {
    cpu::norm({.kind = kind,
               .rows = rows,
               .columns = columns,
               .epsilon = 1e-5f,
               .x = x.data(),
               .residual = residual ? r.data() : nullptr,
               .gamma = gamma.data(),
               .beta = gamma.data(),
               .y = y.data(),
               .sum = residual ? sum.data() : nullptr,
               .mean = mean.data(),
               .scale = scale.data()});
    benchmark::ClobberMemory();
  }
  report(state, rows * columns, residual ? 4 : 2);
}

void norm_backward_speed(benchmark::State& state, NormKind kind) {
  const int64_t rows = state.range(0), columns = state.range(1);
  const auto x = values(rows * columns, 1), dy = values(rows * columns, 2), gamma = values(columns, 3);
  const std::vector<float> mean(rows, 0.0f), scale(rows, 1.0f);
  std::vector<float> dx(rows * columns), dgamma(columns), dbeta(columns);
  for (auto _ : state) {
    cpu::norm_backward({.kind = kind,
                        .rows = rows,
                        .columns = columns,
                        .s = x.data(),
                        .gamma = gamma.data(),
                        .mean = mean.data(),
                        .scale = scale.data(),
                        .dy = dy.data(),
                        .dx = dx.data(),
                        .dgamma = dgamma.data(),
                        .dbeta = dbeta.data()});
    benchmark::ClobberMemory();
  }
  report(state, rows * columns, 3);
}

void softmax_speed(benchmark::State& state, bool log, bool backward) {
  const int64_t rows = state.range(0), columns = state.range(1);
  const auto x = values(rows * columns, 1), dy = values(rows * columns, 2);
  std::vector<float> y(rows * columns);
  for (auto _ : state) {
    if (backward) {
      cpu::softmax_backward({rows, columns, log, x.data(), dy.data(), y.data()});
    } else {
      cpu::softmax({rows, columns, log, x.data(), y.data()});
    }
    benchmark::ClobberMemory();
  }
  report(state, rows * columns, backward ? 3 : 2);
}

void reduce_speed(benchmark::State& state, bool along_rows) {
  const int64_t rows = state.range(0), columns = state.range(1);
  const auto x = values(rows * columns, 1);
  std::vector<float> y(std::max(rows, columns));
  const Nest<1> down = {.rank = 1, .shape = {rows}, .strides = {Extents{columns}}};
  const Nest<1> across = {.rank = 1, .shape = {columns}, .strides = {Extents{1}}};
  for (auto _ : state) {
    cpu::reduce({.reduction = Reduction::sum,
                 .kept = along_rows ? down : across,
                 .reduced = along_rows ? across : down,
                 .x = x.data(),
                 .y = y.data()});
    benchmark::ClobberMemory();
  }
  report(state, rows * columns, 1);
}

void dropout_speed(benchmark::State& state, bool fused) {
  const int64_t rows = state.range(0), columns = state.range(1);
  const auto x = values(rows * columns, 1), r = values(rows * columns, 2), bias = values(columns, 3);
  std::vector<float> y(rows * columns);
  for (auto _ : state) {
    cpu::dropout({.rows = rows,
                  .columns = columns,
                  .probability = 0.1,
                  .seed = 1,
                  .stream = 2,
                  .x = x.data(),
                  .bias = fused ? bias.data() : nullptr,
                  .residual = fused ? r.data() : nullptr,
                  .y = y.data()});
    benchmark::ClobberMemory();
  }
  report(state, rows * columns, fused ? 3 : 2);
}

void embedding_speed(benchmark::State& state, bool backward) {
  const int64_t count = state.range(0), columns = state.range(1), table_rows = 8000;
  auto table = values(table_rows * columns, 1);
  auto y = values(count * columns, 2);
  Rng rng(3);
  std::vector<int64_t> ids(count);
  for (int64_t& id : ids) id = static_cast<int64_t>(rng.below(table_rows));
  for (auto _ : state) {
    if (backward) {
      cpu::embedding_backward(
          {count, columns, table_rows, ids.data(), y.data(), table.data(), 1.0f, -1, true});
    } else {
      cpu::embedding({count, columns, ids.data(), table.data(), y.data()});
    }
    benchmark::ClobberMemory();
  }
  report(state, count * columns, backward ? 3 : 2);
}

BENCHMARK(copy_speed)->Apply(rows_by_columns);
BENCHMARK(transpose_speed)->Apply(rows_by_columns);
BENCHMARK(bias_speed)->Apply(rows_by_columns);
BENCHMARK_CAPTURE(unary_speed, relu, Unary::relu, false)->Apply(rows_by_columns);
BENCHMARK_CAPTURE(unary_speed, gelu, Unary::gelu, false)->Apply(rows_by_columns);
BENCHMARK_CAPTURE(unary_speed, gelu_backward, Unary::gelu, true)->Apply(rows_by_columns);
BENCHMARK_CAPTURE(unary_speed, gelu_tanh, Unary::gelu_tanh, false)->Apply(rows_by_columns);
BENCHMARK_CAPTURE(unary_speed, gelu_tanh_backward, Unary::gelu_tanh, true)->Apply(rows_by_columns);
BENCHMARK_CAPTURE(unary_speed, tanh, Unary::tanh, false)->Apply(rows_by_columns);
BENCHMARK_CAPTURE(unary_speed, silu, Unary::silu, false)->Apply(rows_by_columns);
BENCHMARK_CAPTURE(gated_speed, silu, false)->Apply(rows_by_columns);
BENCHMARK_CAPTURE(gated_speed, silu_backward, true)->Apply(rows_by_columns);
BENCHMARK_CAPTURE(norm_speed, layer, NormKind::layer, false)->Apply(rows_by_columns);
BENCHMARK_CAPTURE(norm_speed, layer_residual, NormKind::layer, true)->Apply(rows_by_columns);
BENCHMARK_CAPTURE(norm_speed, rms, NormKind::rms, false)->Apply(rows_by_columns);
BENCHMARK_CAPTURE(norm_backward_speed, layer, NormKind::layer)->Apply(rows_by_columns);
BENCHMARK_CAPTURE(norm_backward_speed, rms, NormKind::rms)->Apply(rows_by_columns);
BENCHMARK_CAPTURE(softmax_speed, softmax, false, false)->Apply(rows_by_columns)->Args({512, 8000});
BENCHMARK_CAPTURE(softmax_speed, log, true, false)->Apply(rows_by_columns)->Args({512, 8000});
BENCHMARK_CAPTURE(softmax_speed, softmax_backward, false, true)->Apply(rows_by_columns);
BENCHMARK_CAPTURE(reduce_speed, rows, true)->Apply(rows_by_columns);
BENCHMARK_CAPTURE(reduce_speed, columns, false)->Apply(rows_by_columns);
BENCHMARK_CAPTURE(dropout_speed, alone, false)->Apply(rows_by_columns);
BENCHMARK_CAPTURE(dropout_speed, fused, true)->Apply(rows_by_columns);
BENCHMARK_CAPTURE(embedding_speed, gather, false)->Apply(rows_by_columns);
BENCHMARK_CAPTURE(embedding_speed, scatter, true)->Apply(rows_by_columns);

}  // namespace
}  // namespace hodhod::kernels
