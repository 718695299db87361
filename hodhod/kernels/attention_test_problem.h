// SPDX-License-Identifier: Apache-2.0
// For tests: attention problems of any form, in float and, with the same numbers, in double.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "hodhod/base/rng.h"
#include "hodhod/kernels/kernels.h"

namespace hodhod::kernels::attention_test {

struct Options {
  int64_t batch = 2, heads = 2, kv_heads = 2, queries = 7, keys = 7, head_size = 8;
  int64_t left = kUnlimited, right = kUnlimited;
  bool offset = false, ragged = false, started = false, query_lengths = false;
  bool distance_bias = false, bias = false, shared_bias = false;
  uint32_t drop = 0;
  double cap = 0;
  uint64_t seed = 1;
};

// Arrays of an attention problem. q is a slice of wider rows and k and v stand side by side, as projections
// leave them.
template <class T>
struct Problem {
  Options options;
  std::vector<T> q, kv, dout, distance_bias, bias;
  std::vector<int64_t> offset, start, end, length;
  std::vector<T> out, log2_sum, dq, dkv, d_distance_bias, d_bias, weights;
  AttentionBackwardArgs<T> args;

  explicit Problem(const Options& o) : options(o) {
    Rng rng(o.seed);
    auto fill = [&](std::vector<T>& to, int64_t count) {
      to.resize(static_cast<size_t>(count));
      for (T& x : to) x = static_cast<T>(static_cast<float>(rng.normal()));
    };
    const int64_t gap = 3;
    fill(q, o.batch * o.queries * (o.heads * o.head_size + gap));
    fill(kv, o.batch * o.keys * o.kv_heads * 2 * o.head_size);
    fill(dout, o.batch * o.queries * o.heads * o.head_size);
    const int64_t most_offset = o.offset ? 5 : 0;
    const int64_t zero = most_offset + o.queries, distances = zero + o.keys;
    if (o.distance_bias) fill(distance_bias, o.heads * distances);
    if (o.bias) fill(bias, (o.shared_bias ? 1 : o.batch * o.heads) * o.queries * o.keys);
    for (int64_t b = 0; b < o.batch; ++b) {
      offset.push_back(static_cast<int64_t>(rng.below(6)));
      start.push_back(static_cast<int64_t>(rng.below(4)));
      end.push_back(static_cast<int64_t>(rng.below(static_cast<uint64_t>(o.keys + 1))));
      length.push_back(static_cast<int64_t>(rng.below(static_cast<uint64_t>(o.queries + 1))));
    }
    spoil_padding();
    attach(distances, zero, gap);
  }
  Problem(const Problem&) = delete;

  void attach(int64_t distances, int64_t zero, int64_t gap) {
    const Options& o = options;
    const T nan = std::numeric_limits<T>::quiet_NaN();
    out.assign(dout.size(), nan);
    log2_sum.assign(static_cast<size_t>(o.batch * o.heads * o.queries), nan);
    dq.assign(q.size(), nan);
    dkv.assign(kv.size(), nan);
    d_distance_bias.assign(distance_bias.size(), nan);
    const size_t scores = static_cast<size_t>(o.batch * o.heads * o.queries * o.keys);
    d_bias.assign(o.bias ? scores : 0, 0);
    weights.assign(scores, 0);
    const int64_t D = o.head_size, row = o.heads * D;
    AttentionArgs<T>& f = args.forward;
    f.batch = o.batch, f.heads = o.heads, f.kv_heads = o.kv_heads, f.queries = o.queries, f.keys = o.keys;
    f.head_size = D;
    f.q = q.data(), f.k = kv.data(), f.v = kv.data() + D;
    f.q_strides = args.dq_strides = {o.queries * (row + gap), row + gap, D};
    f.k_strides = args.dk_strides = {o.keys * o.kv_heads * 2 * D, o.kv_heads * 2 * D, 2 * D};
    f.v_strides = args.dv_strides = f.k_strides;
    f.scale = 1 / std::sqrt(static_cast<double>(D));
    f.cap = o.cap;
    f.left = o.left, f.right = o.right;
    if (o.offset) f.offset = offset.data();
    if (o.started) f.key_start = start.data();
    if (o.ragged) f.key_end = end.data();
    if (o.query_lengths) f.query_length = length.data();
    if (o.distance_bias) {
      f.distance_bias = distance_bias.data();
      f.distances = distances;
      f.distance_zero = zero;
      args.d_distance_bias = d_distance_bias.data();
    }
    if (o.bias) {
      f.bias = bias.data();
      f.bias_query = o.keys;
      f.bias_head = o.shared_bias ? 0 : o.queries * o.keys;
      f.bias_batch = o.heads * f.bias_head;
      args.d_bias = d_bias.data();
    }
    f.drop = o.drop, f.seed = 11, f.stream = 22;
    f.out = out.data(), f.log2_sum = log2_sum.data();
    f.out_strides = args.dout_strides = {o.queries * row, row, D};
    args.dout = dout.data();
    args.dq = dq.data(), args.dk = dkv.data(), args.dv = dkv.data() + D;
  }

  // What is never to be read.
  void spoil_padding() {
    const int64_t row = options.kv_heads * 2 * options.head_size;
    for (int64_t b = 0; b < options.batch; ++b) {
      for (int64_t j = 0; j < options.keys; ++j) {
        const size_t at = static_cast<size_t>(b);
        const bool seen = (!options.ragged || j < end[at]) && (!options.started || j >= start[at]);
        if (!seen) {
          std::fill_n(kv.begin() + (b * options.keys + j) * row, row, std::numeric_limits<T>::infinity());
        }
      }
    }
  }

  Problem& run() {
    cpu_kernels<T>().attention(args.forward);
    cpu_kernels<T>().attention_weights({args.forward, weights.data()});
    cpu_kernels<T>().attention_backward(args);
    return *this;
  }
};

}  // namespace hodhod::kernels::attention_test
