// SPDX-License-Identifier: Apache-2.0
// Multi-head attention ("Attention Is All You Need", §3.2.2): self, masked self and cross.
//
//   Q = query(x)   K = key(m)   Vl = value(m)      each cut into heads of D channels
//   y = output(attention(Q, K, Vl))
//
// where m is x itself (self) or another sequence (cross). B batch, T queries, S keys, C width, D head size.
//
// With `head_norm`, each head of Q and of K is normalised over its D channels (Henry et al. 2020,
// "Query-key normalization for Transformers"), before rotary positions turn it.
#pragma once

#include <cstdint>
#include <optional>

#include "hodhod/nn/attention_cache.h"
#include "hodhod/nn/context.h"
#include "hodhod/nn/global_attention.h"
#include "hodhod/nn/linear.h"
#include "hodhod/nn/norm.h"
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
  std::optional<NormOptions> head_norm = {};  // of the heads of queries and of keys; none unless given
  std::optional<double> scale = {};           // of scores; 1/√D unless given
  double cap = 0;                             // of scores: cap · tanh(score / cap); 0: none
  bool causal = false;                        // a query sees no later key
  int64_t left = -1;                          // keys before the query that it sees, and after it; −1: all
  int64_t right = -1;
  double dropout = 0;  // of attention's weights, in training
  bool rotary_interleaved = false;
  bool global = false;  // some tokens attend to all, with projections of their own
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
  const GlobalTokens* global = nullptr;
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

// Traces queries and keys (those of rotary positions also before they are turned), values, scores (before
// bias and mask), probabilities (before dropout), heads, and what `output` makes of them.
struct MultiHeadAttention {
  MultiHeadAttentionOptions options;
  Linear query;                              // C → H · D
  Linear key;                                // key_width → kv_heads · D
  Linear value;                              // value_width → kv_heads · D
  Linear output;                             // H · D → C
  std::optional<Norm> query_norm, key_norm;  // of D channels
  std::optional<GlobalProjections> global;

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
  KeyValues keys_values(const Tensor& memory, const Context& context) const {
    return keys_values(memory, memory, context);
  }
  KeyValues keys_values(const Tensor& for_keys, const Tensor& for_values, const Context& context) const {
    return {normed(key(for_keys, context), key_norm), value(for_values, context)};
  }

  template <class V>
  void visit(V& v) {
    v("query", query);
    v("key", key);
    v("value", value);
    v("output", output);
    v("query_norm", query_norm);
    v("key_norm", key_norm);
    v("global", global);
  }

 private:
  // x [B, T, heads · D] with each head normalised, or x if there is no norm.
  Tensor normed(const Tensor& x, const std::optional<Norm>& norm) const;
  // The heads of all tokens, given those that the window gives.
  Tensor with_global(const Tensor& heads, const Tensor& x, const AttentionSetting& setting,
                     Context& context) const;
  Tensor attend(const Tensor& queries, const KeyValues& memory, const AttentionSetting& setting,
                Context& context) const;
  Tensor project(const Tensor& heads, Context& context, const Tensor& residual, double dropout) const;
  Tensor turned(const Tensor& x, int64_t heads, const AttentionSetting& setting) const;
};

}  // namespace hodhod
