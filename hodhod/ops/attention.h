// SPDX-License-Identifier: Apache-2.0
// Scaled dot-product attention ("Attention Is All You Need", §3.2): softmax(scale · q kᵀ + bias) v, without
// ever storing the scores. Memory is linear in the length, forward and backward.
//
// The bits of a query's output depend only on it, its position and the keys it sees: not on the batch, on
// padding, on threads, or on whether keys come from a cache (see hodhod/kernels/attention.h for the order of
// sums).
#pragma once

#include <cstdint>
#include <optional>

#include "hodhod/base/rng.h"
#include "hodhod/tensor/host_array.h"
#include "hodhod/tensor/tensor.h"

namespace hodhod {

// Which keys a query sees, what is added to its scores, and dropout. An undefined tensor means that the
// option is not used.
struct AttentionOptions {
  // The numbers of heads for q, k, v of rank 3 [B, T, H · D]; tensors of rank 4 have their own. kv_heads = 0
  // means as many as heads; otherwise it divides heads, and consecutive query heads share a key/value head.
  int64_t heads = 0;
  int64_t kv_heads = 0;
  std::optional<double> scale = {};  // 1/√D unless given
  double cap = 0;  // c > 0: scores are c · tanh(scale · q kᵀ / c) before biases (Gemma 2)

  // Query i of row b stands at position i + offset[b], key j at j. With `causal` no key after it is seen;
  // `left` keys before it and `right` after it, −1 for all: a sliding window of w keys is causal with left =
  // w − 1.
  bool causal = false;
  int64_t left = -1;
  int64_t right = -1;
  HostArray offset = {};  // [B]
  // Ragged batches, all [B]: keys from key_start (left padding) to before key_end are seen; queries from
  // query_length on are padding. A query that sees no key has output zero and no gradient.
  HostArray key_start = {};
  HostArray key_end = {};
  HostArray query_length = {};

  // Keys and values that a cache holds in pages of kernels::kPage: key j of row b is key j mod kPage of page
  // pages[b, j / kPage]. Then k and v are [pages, kPage, kv_heads, D], key_end has to be given, and nothing
  // is differentiable.
  HostArray pages = {};  // [B, P]

  // Added to the score by head and distance (key's position − query's): element [h, distance +
  // distance_zero]. ALiBi and relative-position tables, see hodhod/nn/positions.h.
  Tensor distance_bias = {};  // [H, distances]
  int64_t distance_zero = 0;
  // Added to the score: [B or 1, H or 1, Tq, Tk]; −∞ hides a key. Its gradient takes memory quadratic in
  // length.
  Tensor bias = {};

  // Share of weights set to zero, the rest scaled up to keep the mean; in steps of 1/65536. `rng` names the
  // stream.
  double dropout = 0;
  Rng rng{};
};

// q [B, Tq, H, D] and k, v [B, Tk, kv_heads, D], or each with its last two dimensions as one; any steps.
// Gives the form of q. Differentiable in q, k, v, bias and distance_bias.
Tensor attention(const Tensor& q, const Tensor& k, const Tensor& v, const AttentionOptions& options = {});

// The weights [B, H, Tq, Tk] before dropout, zeros where nothing is seen. For looking inside: not
// differentiable, and quadratic in length.
Tensor attention_weights(const Tensor& q, const Tensor& k, const AttentionOptions& options = {});

// The scores [B, H, Tq, Tk] of all keys, scale · q kᵀ, capped, before any bias and mask. Of the options it
// uses heads, kv_heads, scale and cap. For looking inside: not differentiable, and quadratic in length.
Tensor attention_scores(const Tensor& q, const Tensor& k, const AttentionOptions& options = {});

// A distance_bias [H, L] from a table [R, H] and the row of the table for each distance, `buckets` [L].
// Differentiable in the table.
Tensor distance_bias(const Tensor& table, const HostArray& buckets);

}  // namespace hodhod
