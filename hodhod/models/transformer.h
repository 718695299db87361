// SPDX-License-Identifier: Apache-2.0
// The Transformer ("Attention Is All You Need", Vaswani et al. 2017) in its three shapes: encoder–decoder,
// encoder, decoder. Reading down transformer.cc is reading the paper: input → embedding → positions →
// attention → add & norm → feed-forward → linear → softmax.
//
// B batch, T time (target), S source time, C width, V vocabulary.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "hodhod/base/rng.h"
#include "hodhod/models/transformer_config.h"
#include "hodhod/nn/context.h"
#include "hodhod/nn/linear.h"
#include "hodhod/nn/positions.h"
#include "hodhod/nn/transformer_block.h"
#include "hodhod/tensor/tensor.h"

namespace hodhod {

// Sequences of token ids, padded on the right to one length.
struct TokenBatch {
  Tensor ids;               // [B, T] i64
  Tensor lengths = {};      // [B] i64; undefined: all of length T
  Tensor token_types = {};  // [B, T] i64; undefined: all 0

  // From ragged rows; `pad` fills them up.
  static TokenBatch of(std::span<const std::vector<int64_t>> rows, int64_t pad);
};

// The encoder's output, for a decoder to attend to.
struct Memory {
  Tensor states;   // [B, S, C]
  Tensor lengths;  // [B] i64, or undefined
};

// Keys and values of what has been decoded so far, for each layer.
struct DecoderCache {
  std::vector<KeyValueCache> self;  // by layer
  std::vector<KeyValues> cross;     // by layer, of an encoder–decoder
  Tensor memory_lengths;            // [B] i64, or undefined
  std::vector<int64_t> lengths;     // [B]: tokens held

  // Row i becomes what row rows[i] was.
  void select(std::span<const int64_t> rows);
};

// Embeddings, blocks and final norm: an encoder or a decoder.
struct TransformerStack {
  Tensor position;    // [max_length, C], learned positions
  Tensor token_type;  // [types, C]
  std::optional<RelativePositions> relative;
  std::optional<Norm> embedding_norm;
  std::vector<TransformerBlock> layer;
  std::optional<Norm> final_norm;

  template <class V>
  void visit(V& v) {
    v("position.weight", position);
    v("token_type.weight", token_type);
    v("relative", relative);
    v("embedding_norm", embedding_norm);
    v("layer", layer);
    v("final_norm", final_norm);
  }
};

class Transformer {
 public:
  // Allocates the parameters and draws their initial values from `rng`.
  Transformer(const TransformerConfig& config, const Rng& rng);

  // One whose parameters have no values yet.
  static Transformer without_values(const TransformerConfig& config);
  // One on the device `shapes`: it takes no memory, and running it counts what it would do.
  static Transformer shapes_of(const TransformerConfig& config);

  const TransformerConfig& config() const { return config_; }
  // What errors call it: its directory, of one that was loaded.
  const std::string& name() const { return name_; }
  void set_name(std::string name) { name_ = std::move(name); }

  // Source ids → hidden states [B, S, C].
  Memory encode(const TokenBatch& source, Context& context) const;
  // Target ids → hidden states [B, T, C]; `memory` is for an encoder–decoder.
  Tensor decode(const TokenBatch& target, const Memory* memory, Context& context) const;
  // The same for tokens that continue what `cache` holds, and join it.
  Tensor decode_on(const TokenBatch& target, DecoderCache& cache, Context& context) const;
  // An empty cache for sequences of up to `capacity` tokens.
  DecoderCache make_cache(int64_t batch, int64_t capacity, const Memory* memory) const;
  // Hidden states [..., C] → logits [..., V]: the last linear layer, before the softmax.
  Tensor logits(const Tensor& hidden, Context& context) const;
  // What that layer is applied to: the states themselves or, of an encoder, a dense layer and a norm of them.
  Tensor head_states(const Tensor& hidden) const;
  // The weight of that layer [V, C] and its bias [V] or undefined.
  const Tensor& output_weight() const;
  // (Marian's bias is a constant of the model, not learned.)
  Tensor output_bias() const {
    return config_.has_encoder() && config_.has_decoder() ? output_bias_.detach() : output_bias_;
  }
  // Logits [B, labels] for sequences, from an encoder's first state or a decoder's last one; or [B, T,
  // labels] for tokens, from an encoder's states.
  Tensor classify(const Memory& states, Context& context) const;
  Tensor tag(const Memory& states, Context& context) const;

  template <class V>
  void visit(V& v) {
    v("embedding.weight", embedding_);
    v("source_embedding.weight", source_embedding_);
    v("encoder", encoder_);
    v("decoder", decoder_);
    v("output.weight", output_weight_);
    v("output_bias", output_bias_);
    v("prediction", prediction_);
    v("prediction_norm", prediction_norm_);
    v("pooler", pooler_);
    v("classifier", classifier_);
  }

 private:
  explicit Transformer(const TransformerConfig& config);  // parameters uninitialised, without tables
  void make_tables();
  Tensor embed(const TransformerStack& stack, const TokenBatch& tokens, const Tensor& table,
               const Tensor& offset, Context& context) const;
  Tensor run(const TransformerStack& stack, Tensor x, const AttentionSetting& setting, Context& context,
             const Memory* memory, DecoderCache* cache) const;
  DistanceBias distance_bias(const TransformerStack& stack, DistanceRange range) const;
  // The tables for a pass over `time` tokens.
  RotaryTables rotary_for(int64_t time) const;
  TransformerStack make_stack(bool decoder) const;
  Tensor with_head_dropout(const Tensor& x, Context& context) const;

  TransformerConfig config_;
  std::string name_ = "the model";
  Tensor sinusoids_;  // [max_length, C], not learned
  RotaryTables rotary_;
  Tensor embedding_;         // [V, C]
  Tensor source_embedding_;  // [V_source, C] where it is not shared
  std::optional<TransformerStack> encoder_, decoder_;
  Tensor output_weight_;  // [V, C] where it is not the embedding
  Tensor output_bias_;    // [V]
  // The masked-language head's dense layer and norm (BERT).
  std::optional<Linear> prediction_;
  std::optional<Norm> prediction_norm_;
  std::optional<Linear> pooler_;      // of a classifier: the first state's, before its activation
  std::optional<Linear> classifier_;  // of a classifier or tagger
};

}  // namespace hodhod
