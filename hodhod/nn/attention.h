// SPDX-License-Identifier: Apache-2.0
// Multi-head attention ("Attention Is All You Need", §3.2.2): self, masked self and cross.
//
//   Q = query(x)   K = key(m)   Vl = value(m)      each cut into heads of D channels
//   y = output(attention(Q, K, Vl))
//
// where m is x itself (self) or another sequence (cross). B batch, T queries, S keys, C width, D head size.
#pragma once

#include <cstdint>
#include <optional>

#include "hodhod/nn/attention_cache.h"
#include "hodhod/nn/context.h"
#include "hodhod/nn/linear.h"
#include "hodhod/nn/positions.h"
#include "hodhod/tensor/host_array.h"
#include "hodhod/tensor/tensor.h"

namespace hodhod {

struct AttentionBiases {
  bool query = true, key = true, value = true, output = true;
};

struct MultiHeadAttentionOptions {
  int64_t width = 0;        // C
  int64_t heads = 1;        // H
  int64_t kv_heads = 0;     // divides heads; 0: as many
  int64_t head_size = 0;    // D; 0: C / H
  int64_t key_width = 0;    // of what keys are made from; 0: C
  int64_t value_width = 0;  // of what values are made from; 0: as keys
  AttentionBiases biases = {};
  std::optional<double> scale = {};  // of scores; 1/√D unless given
  bool causal = false;               // a query sees no later key
  int64_t left = -1;                 // keys before the query that it sees, and after it; −1: all
  int64_t right = -1;
  double dropout = 0;  // of attention's weights, in training
  bool rotary_interleaved = false;
};

// What attention is told of a batch besides its inputs; one serves all layers of a stack. Undefined tensors
// and null mean that a thing is not used. See AttentionOptions in hodhod/ops/attention.h.
struct AttentionSetting {
  HostArray offset = {};        // [B]: place of each row's first query (0)
  HostArray key_start = {};     // [B]: first key of each row (left padding)
  HostArray key_end = {};       // [B]: end of each row's keys (ragged batches)
  HostArray query_length = {};  // [B]: queries of each row that are not padding
  HostArray pages = {};         // [B, P]: where keys and values stand that a cache holds
  Tensor bias = {};             // [B or 1, H or 1, T, S]: added to scores
  DistanceBias distance_bias = {};
  const RotaryTables* rotary = nullptr;
  HostArray rotary_places = {};  // [B, T], where the places to turn by are not offset + t
};

// Keys and values of a sequence, [B, S, kv_heads · D] each, or the pages of a cache.
struct KeyValues {
  Tensor keys, values;
};

// The keys and values of one layer in a cache; null: there is no cache.
struct CachedLayer {
  AttentionCache* cache = nullptr;
  int64_t number = 0;
};

// Traces queries, keys, values, probabilities (before dropout), heads, and what `output` makes of them.
struct MultiHeadAttention {
  MultiHeadAttentionOptions options;
  Linear query;   // C → H · D
  Linear key;     // key_width → kv_heads · D
  Linear value;   // value_width → kv_heads · D
  Linear output;  // H · D → C

  MultiHeadAttention() = default;
  // Uninitialised parameters.
  explicit MultiHeadAttention(const MultiHeadAttentionOptions& options, DType dtype = DType::f32);

  // Self-attention of x [B, T, C]. With `residual` [B, T, C] defined: residual + dropout(y), dropout only in
  // training.
  //
  // With a cache (and no tape) the keys and values of x join it; it has been extended by the tokens of x, and
  // the setting's offset are its starts. The bits are those of one pass over the whole sequence.
  Tensor operator()(const Tensor& x, const AttentionSetting& setting, Context& context,
                    const Tensor& residual = {}, double dropout = 0, CachedLayer cached = {}) const;

  // Cross-attention of x [B, T, C] to what keys_values made. Of a cache: `memory` are its pages, and the
  // setting says which are whose.
  Tensor cross(const Tensor& x, const KeyValues& memory, const AttentionSetting& setting, Context& context,
               const Tensor& residual = {}, double dropout = 0) const;

  // From memory [B, S, key_width]; or from two sequences of one length.
  KeyValues keys_values(const Tensor& memory) const { return keys_values(memory, memory); }
  KeyValues keys_values(const Tensor& for_keys, const Tensor& for_values) const {
    return {key(for_keys), value(for_values)};
  }

  template <class V>
  void visit(V& v) {
    v("query", query);
    v("key", key);
    v("value", value);
    v("output", output);
  }

 private:
  Tensor attend(const Tensor& queries, const KeyValues& memory, const AttentionSetting& setting,
                Context& context) const;
  Tensor project(const Tensor& heads, Context& context, const Tensor& residual, double dropout) const;
  Tensor turned(const Tensor& x, int64_t heads, const AttentionSetting& setting) const;
};

}  // namespace hodhod
