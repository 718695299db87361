// SPDX-License-Identifier: Apache-2.0
// The Transformer ("Attention Is All You Need", Vaswani et al. 2017) in its three shapes: encoder–decoder,
// encoder, decoder. Reading down transformer.cc is reading the paper: input → embedding → positions →
// attention → add & norm → feed-forward. (The final linear layer belongs to the head: models/heads.h.)
//
// B batch, T time (target), S source time, C width, V vocabulary.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "hodhod/models/encoder.h"
#include "hodhod/models/transformer_config.h"
#include "hodhod/nn/attention_cache.h"
#include "hodhod/nn/context.h"
#include "hodhod/nn/embedding.h"
#include "hodhod/nn/positions.h"
#include "hodhod/nn/transformer_block.h"
#include "hodhod/tensor/tensor.h"

namespace hodhod {

// Keys and values of the tokens decoded so far and, in an encoder–decoder, those of the encoder's output.
struct DecoderCache {
  AttentionCache self;
  std::optional<AttentionCache> cross = {};

  // As in AttentionCache.
  void select(std::span<const int64_t> rows);
  void append(DecoderCache&& other);
};

// The layers of an encoder or a decoder: what is added to token embeddings, blocks, and final norm.
struct TransformerStack {
  Tensor position;                             // [position_offset + max_length, C], learned positions
  Tensor token_type;                           // [types, C]
  std::optional<Linear> embedding_projection;  // E → C
  std::optional<RelativePositions> relative;
  std::optional<Norm> embedding_norm;
  std::vector<TransformerBlock> layer;
  std::optional<Norm> final_norm;
  std::optional<Linear> output_projection;  // C → E

  template <class V>
  void visit(V& v) {
    v("position.weight", position);
    v("token_type.weight", token_type);
    v("embedding_projection", embedding_projection);
    v("relative", relative);
    v("embedding_norm", embedding_norm);
    v("layer", layer);
    v("final_norm", final_norm);
    v("output_projection", output_projection);
  }
};

class Transformer {
 public:
  // The parameters have no values yet. (On the device `shapes` they take no memory either.)
  explicit Transformer(const TransformerConfig& config);

  const TransformerConfig& config() const { return config_; }
  const Tensor& embedding_table() const { return embedding_.weight; }

  // Source ids → hidden states [B, S, C].
  HiddenStates encode(const TokenBatch& source, Context& context) const;
  // Target ids → hidden states [B, T, C], or [B, T, E] of a decoder whose embeddings are of that width.
  // `memory` is the encoder's output, or null for a decoder alone.
  Tensor decode(const TokenBatch& target, const HiddenStates* memory, Context& context) const;
  // The same for tokens that follow those in `cache`; they are added to it.
  Tensor decode_on(const TokenBatch& target, DecoderCache& cache, Context& context) const;
  // The states [B, T, C] of a layer of the last stack as the head would get them if it were the last layer:
  // behind the final norm and the projection to [B, T, E], if there are these.
  Tensor finished(const Tensor& states) const;
  // An empty cache for `rows` sequences; `memory` as in decode().
  DecoderCache make_cache(int64_t rows, const HiddenStates* memory, const Context& context) const;

  template <class V>
  void visit(V& v) {
    v("embedding", embedding_);
    v("source_embedding", source_embedding_);
    v("encoder", encoder_);
    v("decoder", decoder_);
  }

 private:
  void make_tables();
  Tensor embed(const TransformerStack& stack, const TokenBatch& tokens, const Embedding& table,
               const HostArray& offset, Context& context) const;
  Tensor run(const TransformerStack& stack, Tensor x, const AttentionSetting& setting, Context& context,
             const HiddenStates* memory, DecoderCache* cache) const;
  DistanceBias distance_bias(const TransformerStack& stack, DistanceRange range) const;
  // ALiBi of keys for a pass of `time` queries over `keys` keys; undefined with other positions.
  Tensor key_bias(int64_t time, int64_t keys) const;
  // The tables for a pass over `time` tokens.
  RotaryTables rotary_for(int64_t time) const;
  TransformerStack make_stack(bool decoder) const;

  TransformerConfig config_;
  Tensor sinusoids_;  // [max_length, C], not learned
  RotaryTables rotary_;
  Tensor key_bias_;             // [H, max_length], ALiBi of keys
  Embedding embedding_;         // [V, C], or [V, E]
  Embedding source_embedding_;  // [V_source, C]; undefined if shared with the target
  std::optional<TransformerStack> encoder_, decoder_;
};

}  // namespace hodhod
