// SPDX-License-Identifier: Apache-2.0
// Attention, forward and backward, at the sizes of whole models; beside it the same from matrix products and
// a softmax, which stores all scores. Queries, keys and values are slices of one projection, as in a model;
// the composed form gets dense ones.
//
// GFLOP/s count the pairs of a query and a key that it sees: the composed form computes them all.
#include <benchmark/benchmark.h>

#include <vector>

#include "hodhod/base/rng.h"
#include "hodhod/kernels/kernels.h"

namespace {

using namespace hodhod::kernels;

std::vector<float> values(int64_t count) {
  hodhod::Rng rng(1);
  std::vector<float> made(static_cast<size_t>(count));
  for (float& value : made) value = rng.uniform() * 2.0f - 1.0f;
  return made;
}

struct Sizes {
  int64_t batch, heads, queries, keys, head_size;
  bool causal;

  int64_t width() const { return heads * head_size; }
  double pairs() const {
    const double all = static_cast<double>(batch * heads * queries * keys);
    return causal && queries > 1 ? all * static_cast<double>(queries + 1) / static_cast<double>(2 * queries)
                                 : all;
  }
};

Sizes sizes_of(const benchmark::State& state) {
  return {state.range(0), state.range(1), state.range(2),
          state.range(3), state.range(4), state.range(5) != 0};
}

void set_speed(benchmark::State& state, double operations) {
  state.counters["GFLOP/s"] =
      benchmark::Counter(1e-9 * operations, benchmark::Counter::kIsIterationInvariantRate);
}

// A problem with its arrays and, in `args`, the kernel's arguments for both directions.
struct Problem {
  Sizes sizes;
  std::vector<float> qkv, dqkv, out, dout, log2_sum;
  std::vector<int64_t> offset;
  AttentionBackwardArgs<float> args;

  explicit Problem(const Sizes& of)
      : sizes(of),
        qkv(values(of.batch * of.keys * 3 * of.width())),
        dqkv(qkv.size()),
        out(static_cast<size_t>(of.batch * of.queries * of.width())),
        dout(values(of.batch * of.queries * of.width())),
        log2_sum(static_cast<size_t>(of.batch * of.heads * of.queries)),
        offset(static_cast<size_t>(of.batch), of.keys - of.queries) {
    AttentionArgs<float>& f = args.forward;
    f.batch = of.batch, f.heads = f.kv_heads = of.heads, f.queries = of.queries, f.keys = of.keys;
    f.head_size = of.head_size;
    f.q = qkv.data(), f.k = f.q + of.width(), f.v = f.k + of.width();
    f.q_strides = f.k_strides = f.v_strides = {of.keys * 3 * of.width(), 3 * of.width(), of.head_size};
    f.scale = 0.125;
    if (of.causal) f.right = 0;
    f.offset = offset.data();
    f.out = out.data(), f.log2_sum = log2_sum.data();
    f.out_strides = args.dout_strides = {of.queries * of.width(), of.width(), of.head_size};
    args.dout = dout.data();
    args.dq = dqkv.data(), args.dk = args.dq + of.width(), args.dv = args.dk + of.width();
    args.dq_strides = args.dk_strides = args.dv_strides = f.q_strides;
  }
};

void attention(benchmark::State& state, bool dropout) {
  Problem problem(sizes_of(state));
  if (dropout) problem.args.forward.drop = 6554;
  for (auto _ : state) cpu_kernels<float>().attention(problem.args.forward);
  set_speed(state, 4 * problem.sizes.pairs() * static_cast<double>(problem.sizes.head_size));
}

void attention_backward(benchmark::State& state, bool dropout) {
  Problem problem(sizes_of(state));
  if (dropout) problem.args.forward.drop = 6554;
  cpu_kernels<float>().attention(problem.args.forward);
  for (auto _ : state) cpu_kernels<float>().attention_backward(problem.args);
  set_speed(state, 10 * problem.sizes.pairs() * static_cast<double>(problem.sizes.head_size));
}

// c = a b, or with b transposed, for matrices of B · H heads.
void multiply(const Sizes& s, int64_t m, int64_t n, int64_t k, const float* a, bool transpose_a,
              const float* b, bool transpose_b, float* c) {
  ProductArgs<float> args;
  args.batch = s.batch * s.heads, args.m = m, args.n = n, args.k = k;
  args.a = {.data = a, .stride = transpose_a ? m : k, .batch_stride = m * k, .transpose = transpose_a};
  args.b = {.data = b, .stride = transpose_b ? k : n, .batch_stride = n * k, .transpose = transpose_b};
  args.c = c, args.c_stride = n, args.c_batch_stride = m * n;
  cpu_kernels<float>().product(args);
}

void composed(benchmark::State& state, bool backward) {
  const Sizes s = sizes_of(state);
  const int64_t T = s.queries, S = s.keys, D = s.head_size, heads = s.batch * s.heads;
  const auto q = values(heads * T * D), k = values(heads * S * D), v = values(heads * S * D), dout = q;
  std::vector<float> out(q.size()), scores(static_cast<size_t>(heads * T * S)), dscores(scores.size()),
      dq(q.size()), dk(k.size()), dv(v.size());
  const SoftmaxArgs<float> softmax = {heads * T, S, false, scores.data(), scores.data()};
  const SoftmaxBackwardArgs<float> differentiate = {heads * T,     S, false, scores.data(), dscores.data(),
                                                    dscores.data()};
  for (auto _ : state) {
    if (!backward) {
      multiply(s, T, S, D, q.data(), false, k.data(), true, scores.data());
      cpu_kernels<float>().softmax(softmax);
      multiply(s, T, D, S, scores.data(), false, v.data(), false, out.data());
      continue;
    }
    multiply(s, S, D, T, scores.data(), true, dout.data(), false, dv.data());
    multiply(s, T, S, D, dout.data(), false, v.data(), true, dscores.data());
    cpu_kernels<float>().softmax_backward(differentiate);
    multiply(s, T, D, S, dscores.data(), false, k.data(), false, dq.data());
    multiply(s, S, D, T, dscores.data(), true, q.data(), false, dk.data());
  }
  set_speed(state, (backward ? 8 : 4) * s.pairs() * static_cast<double>(D));
}

void training_sizes(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgNames({"B", "H", "Tq", "Tk", "D", "causal"})->UseRealTime();
  benchmark->Args({12, 4, 64, 64, 32, 1})->Args({8, 6, 256, 256, 64, 1})->Args({4, 12, 64, 64, 64, 1});
  benchmark->Args({1, 12, 1024, 1024, 64, 1})->Args({32, 8, 24, 24, 64, 0})->Args({16, 4, 256, 256, 64, 0});
}

BENCHMARK_CAPTURE(attention, plain, false)->Apply(training_sizes);
BENCHMARK_CAPTURE(composed, forward, false)->Apply(training_sizes);
BENCHMARK_CAPTURE(attention_backward, plain, false)->Apply(training_sizes);
BENCHMARK_CAPTURE(composed, backward, true)->Apply(training_sizes);
BENCHMARK_CAPTURE(attention, dropout, true)->Args({16, 4, 256, 256, 64, 0})->UseRealTime();
BENCHMARK_CAPTURE(attention_backward, dropout, true)->Args({16, 4, 256, 256, 64, 0})->UseRealTime();
// One query against a cache.
BENCHMARK_CAPTURE(attention, decoding, false)
    ->Args({1, 12, 1, 1024, 64, 1})
    ->Args({8, 12, 1, 1024, 64, 1})
    ->UseRealTime();

}  // namespace
