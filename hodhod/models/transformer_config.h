// SPDX-License-Identifier: Apache-2.0
// The configuration of a Transformer.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hodhod/base/number_range.h"
#include "hodhod/kernels/formulas.h"
#include "hodhod/models/special_ids.h"
#include "hodhod/nn/transformer_block.h"

namespace hodhod {

enum class TransformerShape { encoder_decoder, encoder, decoder };
constexpr std::array<std::string_view, 3> names_of(TransformerShape) {
  return {"encoder-decoder", "encoder", "decoder"};
}

// How the model gets the positions of tokens. sinusoidal: sines in the first half of the channels and cosines
// in the second, as in Marian; interleaved: sines and cosines alternate, as in the paper. rotary rotates
// queries and keys; alibi and relative add a bias to the attention scores. alibi_of_keys: ALiBi as Falcon
// computes it.
enum class PositionKind {
  none,
  sinusoidal,
  interleaved,
  learned,
  rotary,
  alibi,
  relative,
  alibi_of_keys,
  timing
};
constexpr std::array<std::string_view, 9> names_of(PositionKind) {
  return {"none",  "sinusoidal", "interleaved",   "learned", "rotary",
          "alibi", "relative",   "alibi-of-keys", "timing"};
}

// How rotary frequencies change for texts longer than those in training. linear: all are divided; llama3 and
// yarn: the formulas of Llama 3 and YaRN; dynamic: the base grows with a text longer than max_length.
enum class RotaryScaling { none, linear, llama3, yarn, dynamic };
constexpr std::array<std::string_view, 5> names_of(RotaryScaling) {
  return {"none", "linear", "llama3", "yarn", "dynamic"};
}

// The sizes of an encoder or a decoder.
struct StackSizes {
  int64_t layers = 0, heads = 0, kv_heads = 0, head_size = 0, feed_forward = 0;
};

struct TransformerConfig {
  TransformerShape shape = TransformerShape::encoder_decoder;
  int64_t vocabulary = 0;         // V; that of the target if there are two
  int64_t source_vocabulary = 0;  // 0: source and target share one vocabulary and one embedding
  int64_t width = 512;            // C
  int64_t embedding_width = 0;    // E of a decoder's tokens, before and behind the layers; 0: width
  int64_t heads = 8;              // H
  int64_t kv_heads = 0;           // 0: as many as heads
  int64_t head_size = 0;          // D; 0: width / heads
  int64_t encoder_layers = 6;
  int64_t decoder_layers = 6;
  int64_t feed_forward = 2048;       // F
  int64_t decoder_heads = 0;         // in the decoder of an encoder-decoder; 0: as many as heads
  int64_t decoder_feed_forward = 0;  // in the decoder of an encoder-decoder; 0: feed_forward
  int64_t max_length = 1024;         // longest sequence in tokens

  NormPlacement norm_placement = NormPlacement::post;
  NormKind norm = NormKind::layer;
  double norm_epsilon = 1e-5;
  bool norm_plus_one = false;   // norms multiply by 1 + weight (Gemma)
  bool final_norm = false;      // a norm after the last block (usual with pre)
  bool embedding_norm = false;  // a norm on the embeddings (BERT)
  SubLayerOrder sub_layers = SubLayerOrder::sequential;
  PositionKind positions = PositionKind::sinusoidal;
  int64_t position_offset = 0;  // places (of learned positions: rows) before that of the first token
  double rotary_share = 1;      // of a head's channels that turn
  double rotary_base = 10000;
  bool rotary_interleaved = false;  // pairs are neighbouring channels, not the halves of a head
  RotaryScaling rotary_scaling = RotaryScaling::none;
  double rotary_factor = 1;
  double rotary_low_frequency = 1;
  double rotary_high_frequency = 4;
  int64_t rotary_original_length = 8192;
  double rotary_amplitude = 1;
  int64_t relative_buckets = 32;
  int64_t relative_distance = 128;
  kernels::Activation activation = kernels::Activation::relu;
  bool gated = false;  // down(act(gate(x)) · up(x))
  bool attention_bias = true;
  bool attention_output_bias = true;  // if attention_bias
  bool feed_forward_bias = true;
  bool causal = false;                 // an encoder whose tokens see only earlier ones, as in a decoder
  bool query_key_norm = false;         // each head's queries and keys are normalised
  bool scale_scores = true;            // attention's scores are divided by √D (paper §3.2.1)
  double score_scalar = 0;             // … or by the root of this; 0: D
  bool scale_scores_by_layer = false;  // … and by the layer's number, counted from 1
  double score_cap = 0;                // scores s become cap · tanh(s / cap); 0: they stay
  int64_t window = 0;                  // sliding window of keys; 0: all
  int64_t window_from = 0;             // the first layer with the window
  int64_t full_every = 0;              // each so-many-th layer sees all keys; 0: none
  // Of an encoder, for each layer: tokens on each side that a token sees beside the global ones, which see
  // all and are seen by all (Longformer); empty: each sees all.
  std::vector<int64_t> reach = {};
  int64_t token_types = 0;     // BERT's segments
  bool tie_embeddings = true;  // the output layer is the (target) embedding
  bool scale_output = false;   // hidden states times 1/√C before an output layer that is the embedding
  bool output_bias = false;
  double logit_cap = 0;         // logits z become cap · tanh(z / cap); 0: they stay
  bool scale_embedding = true;  // times √C (paper §3.4)

  double dropout = 0.1;                          // on embeddings and each sub-layer's output
  double attention_dropout = 0.0;                // on attention probabilities
  double activation_dropout = 0.0;               // on the feed-forward's hidden units
  std::optional<double> embedding_dropout = {};  // on embeddings, if different from dropout
  bool final_dropout = false;                    // `dropout` after the final norm too (T5)

  bool padding_learns = false;  // whether the padding token's embedding gets gradients
  SpecialIds special = {};

  bool has_encoder() const { return shape != TransformerShape::decoder; }
  bool has_decoder() const { return shape != TransformerShape::encoder; }
  int64_t size_of_head() const { return sizes_of_encoder().head_size; }
  StackSizes sizes_of_encoder() const;
  StackSizes sizes_of_decoder() const;
  int64_t size_of_embedding() const { return embedding_width ? embedding_width : width; }
  // Channels of a head that rotary positions turn.
  int64_t rotated() const;
  // Whether the layer (counted from 0) sees a window of keys.
  bool has_window(int64_t layer) const;
  int64_t size_of_source_vocabulary() const { return source_vocabulary ? source_vocabulary : vocabulary; }

  // Error when the options do not fit together. It names the option and the values.
  void validate() const;

  template <class Visitor>
  void visit(Visitor&& v) {
    constexpr NumberRange kShare = at_least(0).below(1);
    v("shape", shape, "Encoder-decoder, encoder or decoder");
    v("vocabulary", vocabulary, "Number of tokens known (of the target where there are two vocabularies)",
      in(1, 1 << 26));
    v("source_vocabulary", source_vocabulary, "Number of tokens of the source; 0 to share the target's",
      in(0, 1 << 26));
    v("width", width, "Channels C of a hidden state", in(1, 1 << 18));
    v("embedding_width", embedding_width,
      "Channels of a decoder's embeddings and of what its output layer takes; 0 for width", in(0, 1 << 18));
    v("heads", heads, "Attention heads H", in(1, 1 << 12));
    v("kv_heads", kv_heads, "Key and value heads; 0 for as many as heads", in(0, 1 << 12));
    v("head_size", head_size, "Channels of a head; 0 for width / heads", in(0, 1 << 12));
    v("encoder_layers", encoder_layers, "Number of encoder blocks", in(0, 1000));
    v("decoder_layers", decoder_layers, "Number of decoder blocks", in(0, 1000));
    v("feed_forward", feed_forward, "Width F of the feed-forward sub-layer", in(1, 1 << 22));
    v("decoder_heads", decoder_heads,
      "Attention heads of an encoder-decoder's decoder; 0 for as many as heads", in(0, 1 << 12));
    v("decoder_feed_forward", decoder_feed_forward,
      "feed-forward width of an encoder-decoder's decoder; 0 for feed_forward", in(0, 1 << 22));
    v("max_length", max_length, "Longest sequence in tokens", in(1, 1 << 24));
    v("norm_placement", norm_placement,
      "Add & norm: post as in the paper, pre, or norms on both sides of a sub-layer");
    v("norm", norm, "Kind of normalisation: layer or rms");
    v("norm_epsilon", norm_epsilon, "Number added to the variance in a norm", above(0).at_most(1));
    v("norm_plus_one", norm_plus_one, "Multiply by 1 + weight in a norm");
    v("final_norm", final_norm, "Put a norm after the last block");
    v("embedding_norm", embedding_norm, "Put a norm over the embeddings");
    v("sub_layers", sub_layers, "Sub-layers in turn as in the paper, or side by side on one input");
    v("positions", positions, "How the place of a token enters");
    v("position_offset", position_offset,
      "Places of timing, or rows of learned positions, before that of the first token", in(0, 1 << 20));
    v("rotary_share", rotary_share, "Share of a head's channels that rotary positions turn",
      above(0).at_most(1));
    v("rotary_base", rotary_base, "Base of the rotary frequencies", above(1));
    v("rotary_interleaved", rotary_interleaved,
      "Turn neighbouring channels together, rather than the halves of a head");
    v("rotary_scaling", rotary_scaling, "How rotary frequencies change for longer texts");
    v("rotary_factor", rotary_factor, "Number by which scaled rotary frequencies are divided", above(0));
    v("rotary_low_frequency", rotary_low_frequency,
      "llama3: turns in the original length below which a frequency is scaled in full", above(0));
    v("rotary_high_frequency", rotary_high_frequency,
      "llama3: turns in the original length above which a frequency is not scaled", above(0));
    v("rotary_original_length", rotary_original_length,
      "llama3: length in tokens that the model was trained on first", in(1, 1 << 30));
    v("rotary_amplitude", rotary_amplitude, "Factor of cosines and sines", above(0));
    v("relative_buckets", relative_buckets, "Rows of the table of relative positions", in(4, 1 << 16));
    v("relative_distance", relative_distance, "Distance from which on the last relative position serves",
      in(4, 1 << 24));
    v("activation", activation, "Activation of the feed-forward sub-layer");
    v("gated", gated, "Use a gated feed-forward sub-layer");
    v("attention_bias", attention_bias, "Use biases in the products of attention");
    v("attention_output_bias", attention_output_bias,
      "Use a bias in the output product of attention too, if the others have one");
    v("feed_forward_bias", feed_forward_bias, "Use biases in the products of the feed-forward sub-layer");
    v("causal", causal, "Let an encoder's tokens see none after them");
    v("query_key_norm", query_key_norm, "Normalise the queries and keys of each head");
    v("scale_scores", scale_scores, "Divide attention's scores by the root of the head size");
    v("score_scalar", score_scalar,
      "Number by whose root attention's scores are divided; 0 for the head size", at_least(0).at_most(1e9));
    v("scale_scores_by_layer", scale_scores_by_layer, "Divide attention's scores by the layer's number too");
    v("score_cap", score_cap, "Bound that attention's scores approach and do not pass; 0 for none",
      at_least(0).at_most(1e9));
    v("window", window, "Number of keys that a query sees; 0 for all", in(0, 1 << 30));
    v("window_from", window_from, "First layer, counted from 0, whose queries see the window alone",
      in(0, 1000));
    v("full_every", full_every, "Each so-many-th layer sees all keys in spite of the window; 0 for none",
      in(0, 1000));
    v("reach", reach, "Tokens on each side that a token sees, for each layer, beside global tokens",
      in(1, 1 << 24));
    v("token_types", token_types, "Number of segment embeddings; 0 for none", in(0, 1 << 16));
    v("tie_embeddings", tie_embeddings, "Use the embedding as the output layer");
    v("scale_output", scale_output,
      "Divide hidden states by the root of the width before an output layer that is the embedding");
    v("output_bias", output_bias, "Use a bias on the logits");
    v("logit_cap", logit_cap, "Bound that logits approach and do not pass; 0 for none",
      at_least(0).at_most(1e9));
    v("scale_embedding", scale_embedding, "Multiply embeddings by the root of the width");
    v("dropout", dropout, "Dropout of embeddings and of the outputs of sub-layers", kShare);
    v("attention_dropout", attention_dropout, "Dropout of attention probabilities", kShare);
    v("activation_dropout", activation_dropout, "Dropout of the hidden units of the feed-forward sub-layer",
      kShare);
    v("embedding_dropout", embedding_dropout, "Dropout of embeddings; that of dropout where it is not given",
      kShare);
    v("final_dropout", final_dropout, "Use dropout after the final norm too");
    v("padding_learns", padding_learns, "Let look-ups of the padding token change its embedding");
    special.visit(v);
  }

 private:
  void check_layers() const;
  void check_positions() const;
  void check_tokens() const;
};

// Published and small configurations by name: "tiny", "small", "transformer-base", "transformer-big",
// "bart-base", "bart-large", "mbart-large", "t5-small", "t5-base",
// "mt5-small", "bert-base", "bert-large", "roformer-base", "gpt2", "gpt2-medium", "gpt2-large", "gpt2-xl",
// "gpt3", "llama-7b", … Error lists them.
TransformerConfig transformer_preset(std::string_view name);
std::vector<std::string> transformer_preset_names();

}  // namespace hodhod
