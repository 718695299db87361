// SPDX-License-Identifier: Apache-2.0
// Scaled dot-product attention ("Attention Is All You Need", §3.2), forward and backward, in memory linear in
// the length. Over the visible keys j:
//
//   score[b, h, i, j]  = capped(scale · q[b, i, h] · k[b, j, h / group]) + distance_bias + bias
//   weight[b, h, i, j] = exp(score) / Σ_j exp(score)
//   out[b, i, h]       = Σ_j weight · dropout · v[b, j, h / group]
//
// where capped(s) = cap · tanh(s / cap), or s without a cap (Gemma 2).
//
// Shapes: B batch, H heads, G = H / kv_heads query heads share one key/value head, Tq queries, Tk keys, D
// head size.
//
// Which keys are visible. Query i of row b stands at the absolute position p = i + offset[b]; key j at j. The
// key is visible if
//   start[b] ≤ j < end[b]   and   p − left ≤ j ≤ p + right   and   i < query_length[b].
// So right = 0 is causal, and left = w − 1 with it a sliding window of w keys. What stands in rows of k and v
// outside [start, end) is never read. A query that sees no key gives zeros, and takes and gives no gradient.
//
// The numbers. A score is one chain of multiply-adds over D in order; the keys are taken in tiles of 64 by
// absolute index, with a running maximum and sum, and an output is one chain over the keys in order. A masked
// key contributes an exact zero. So the bits of a query's output depend on that query, its position and its
// visible keys alone: not on Tq, on the batch, on threads, on padding, or on whether the keys come from a
// cache. dq sums over the keys in order, dk and dv over (query head of the group, query) in order.
// Instruction sets with other vector widths or without FMA differ by a few ulps. NaN and infinities in
// visible places come through; weights below 2^-126 of a row's greatest are zero.
#pragma once

#include <cstdint>
#include <limits>

namespace hodhod::kernels {

constexpr int64_t kUnlimited = std::numeric_limits<int64_t>::max() / 4;

// Where element [b, t, h, 0] of a tensor stands: at b · batch + t · time + h · head. The D elements of a head
// stand together.
struct HeadStrides {
  int64_t batch = 0;
  int64_t time = 0;
  int64_t head = 0;
};

// Keys of a page, where keys and values stand in pages. Pages change no bit.
constexpr int64_t kPage = 32;

template <class T>
struct AttentionArgs {
  int64_t batch = 0;
  int64_t heads = 0;
  int64_t kv_heads = 0;  // divides heads
  int64_t queries = 0;
  int64_t keys = 0;
  int64_t head_size = 0;
  const T* q = nullptr;
  const T* k = nullptr;
  const T* v = nullptr;
  HeadStrides q_strides, k_strides, v_strides;
  double scale = 1;
  double cap = 0;  // 0: none

  // Of the forward pass and the weights: keys and values in pages, as a cache of many sequences holds them.
  // Key j of row b is key j mod kPage of page p = pages[b · row_pages + j / kPage], and stands at
  // p · strides.batch + (j mod kPage) · strides.time + h · strides.head. Only pages with visible keys are
  // looked up. Null: row b is as the strides say.
  const int64_t* pages = nullptr;  // [B, row_pages]
  int64_t row_pages = 0;

  // Visibility; arrays are [B] or null (offset 0, start 0, end Tk, length Tq).
  int64_t left = kUnlimited;
  int64_t right = kUnlimited;
  const int64_t* offset = nullptr;
  const int64_t* key_start = nullptr;
  const int64_t* key_end = nullptr;
  const int64_t* query_length = nullptr;

  // Added to the score by head and by the distance j − p: distance_bias[h · distances + (j − p) +
  // distance_zero]. Every distance between a query and a visible key lies inside the array. ALiBi and
  // relative-position tables become this.
  const T* distance_bias = nullptr;  // [H, distances]
  int64_t distances = 0;
  int64_t distance_zero = 0;

  // Added to the score: bias[b · bias_batch + h · bias_head + i · bias_query + j]. Strides of 0 broadcast.
  const T* bias = nullptr;
  int64_t bias_batch = 0;
  int64_t bias_head = 0;
  int64_t bias_query = 0;

  // Dropout of weights. The 16 bits of (b, h, p, j) are half p mod 2 (0 the low one) of word j mod 4 of
  //   Rng(seed, stream).fork(b · H + h).at((p / 2) · 2^32 + j / 4);
  // a weight is dropped if they are less than `drop` (of 65536), and multiplied by 65536 / (65536 − drop)
  // otherwise. 0 ≤ drop < 65536; 0 is no dropout.
  uint32_t drop = 0;
  uint64_t seed = 0;
  uint64_t stream = 0;

  // Results of the forward pass: the output, and for the backward pass the base-2 logarithm of each row's
  // sum,
  //   log2_sum[b, h, i] = log2 Σ_j exp(score),   −∞ where no key is visible.
  T* out = nullptr;
  HeadStrides out_strides;
  T* log2_sum = nullptr;  // [B, H, Tq]
};

// Gradients of attention, from its arguments and results (out and log2_sum are read). dq, dk, dv are written,
// also with the zeros of padding. Any of dq, or dk and dv together, may be null.
template <class T>
struct AttentionBackwardArgs {
  AttentionArgs<T> forward;
  const T* dout = nullptr;
  HeadStrides dout_strides;
  T* dq = nullptr;
  T* dk = nullptr;
  T* dv = nullptr;
  HeadStrides dq_strides, dk_strides, dv_strides;
  // [H, distances], written: the sum over b (in order) of sums over (key tile, i, j in the tile) in order. Or
  // null.
  T* d_distance_bias = nullptr;
  // [B, H, Tq, Tk] contiguous, the gradient of each bias; only visible places are written. Or null.
  T* d_bias = nullptr;
};

// Weights before dropout, into `weights` [B, H, Tq, Tk] contiguous, from the forward arguments and log2_sum.
// Only visible places are written. Memory quadratic in length: for looking inside.
template <class T>
struct AttentionWeightsArgs {
  AttentionArgs<T> forward;
  T* weights = nullptr;
};

namespace cpu {
void attention(const AttentionArgs<float>& args);
void attention_backward(const AttentionBackwardArgs<float>& args);
void attention_weights(const AttentionWeightsArgs<float>& args);
}  // namespace cpu

namespace reference {
void attention(const AttentionArgs<double>& args);
void attention_backward(const AttentionBackwardArgs<double>& args);
void attention_weights(const AttentionWeightsArgs<double>& args);
}  // namespace reference

}  // namespace hodhod::kernels
