// SPDX-License-Identifier: Apache-2.0
// Everything that tells one Transformer from another, as data.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "hodhod/kernels/formulas.h"
#include "hodhod/nn/transformer_block.h"

namespace hodhod {

enum class TransformerShape { encoder_decoder, encoder, decoder };
constexpr std::array<std::string_view, 3> names_of(TransformerShape) {
  return {"encoder-decoder", "encoder", "decoder"};
}

// How a token's place enters. sinusoidal: sin and cos in the first and second half of the channels, as Marian
// orders them; interleaved: in turn, as the paper does. rotary turns queries and keys; alibi and relative
// bias the scores.
enum class PositionKind { none, sinusoidal, interleaved, learned, rotary, alibi, relative };
constexpr std::array<std::string_view, 7> names_of(PositionKind) {
  return {"none", "sinusoidal", "interleaved", "learned", "rotary", "alibi", "relative"};
}

// Changes of the rotary frequencies for texts longer than those trained on (Llama 3's formula, or all
// divided).
enum class RotaryScaling { none, linear, llama3 };
constexpr std::array<std::string_view, 3> names_of(RotaryScaling) { return {"none", "linear", "llama3"}; }

// What stands on the last hidden states: nothing, logits over the vocabulary (next token, or masked token for
// an encoder), one label for the sequence, or one for each token.
enum class HeadKind { none, language_model, classifier, tagger };
constexpr std::array<std::string_view, 4> names_of(HeadKind) {
  return {"none", "language-model", "classifier", "tagger"};
}

struct TransformerConfig {
  TransformerShape shape = TransformerShape::encoder_decoder;
  int64_t vocabulary = 0;         // V, of the target where there are two
  int64_t source_vocabulary = 0;  // 0: source and target share one vocabulary and one embedding
  int64_t width = 512;            // C
  int64_t heads = 8;              // H
  int64_t kv_heads = 0;           // 0: as many as heads
  int64_t head_size = 0;          // D; 0: width / heads
  int64_t encoder_layers = 6;
  int64_t decoder_layers = 6;
  int64_t feed_forward = 2048;  // F
  int64_t max_length = 1024;    // longest sequence; rows of a learned position table

  NormPlacement norm_placement = NormPlacement::post;
  NormKind norm = NormKind::kLayer;
  double norm_epsilon = 1e-5;
  bool final_norm = false;      // another norm after the last block (usual with pre)
  bool embedding_norm = false;  // a norm over the embeddings (BERT)
  PositionKind positions = PositionKind::sinusoidal;
  double rotary_base = 10000;
  bool rotary_interleaved = false;  // neighbours turn together, rather than the halves of a head
  RotaryScaling rotary_scaling = RotaryScaling::none;
  double rotary_factor = 1;
  double rotary_low_frequency = 1;
  double rotary_high_frequency = 4;
  int64_t rotary_original_length = 8192;
  int64_t relative_buckets = 32;
  int64_t relative_distance = 128;
  kernels::Activation activation = kernels::Activation::kRelu;
  bool gated = false;  // down(act(gate(x)) · up(x))
  bool attention_bias = true;
  bool feed_forward_bias = true;
  int64_t window = 0;          // sliding window of keys; 0: all
  int64_t token_types = 0;     // BERT's segments
  bool tie_embeddings = true;  // the output layer is the (target) embedding
  bool output_bias = false;
  bool scale_embedding = true;  // times √C (paper §3.4)

  double dropout = 0.1;             // of embeddings and of each sub-layer's output
  double attention_dropout = 0.0;   // of attention probabilities
  double activation_dropout = 0.0;  // of the feed-forward's hidden units

  HeadKind head = HeadKind::language_model;
  kernels::Activation pooler_activation = kernels::Activation::kTanh;  // of an encoder's classifier
  int64_t labels = 0;  // of a classifier or tagger; 1 for a number (regression)

  bool padding_learns = false;  // whether look-ups of the padding token change its embedding
  int64_t pad = 0, bos = -1, eos = -1, decoder_start = 0;

  bool has_encoder() const { return shape != TransformerShape::decoder; }
  bool has_decoder() const { return shape != TransformerShape::encoder; }
  int64_t size_of_head() const { return head_size ? head_size : width / heads; }
  int64_t key_value_heads() const { return kv_heads ? kv_heads : heads; }
  int64_t size_of_source_vocabulary() const { return source_vocabulary ? source_vocabulary : vocabulary; }

  // Error if the options do not fit together; names the option and the values.
  void validate() const;

  template <class Visitor>
  void visit(Visitor&& v) {
    v("shape", shape, "encoder-decoder, encoder or decoder");
    v("vocabulary", vocabulary, "tokens known (of the target where there are two)");
    v("source_vocabulary", source_vocabulary, "tokens of the source; 0 shares the target's");
    v("width", width, "channels C of a hidden state");
    v("heads", heads, "attention heads H");
    v("kv_heads", kv_heads, "key and value heads; 0 for as many as heads");
    v("head_size", head_size, "channels of a head; 0 for width / heads");
    v("encoder_layers", encoder_layers, "encoder blocks");
    v("decoder_layers", decoder_layers, "decoder blocks");
    v("feed_forward", feed_forward, "feed-forward width F");
    v("max_length", max_length, "longest sequence in tokens");
    v("norm_placement", norm_placement, "add & norm: post as in the paper, or pre");
    v("norm", norm, "layer or rms");
    v("norm_epsilon", norm_epsilon, "added to the variance");
    v("final_norm", final_norm, "a norm after the last block");
    v("embedding_norm", embedding_norm, "a norm over the embeddings");
    v("positions", positions, "how a token's place enters");
    v("rotary_base", rotary_base, "base of the rotary frequencies");
    v("rotary_interleaved", rotary_interleaved, "neighbouring channels turn together, not a head's halves");
    v("rotary_scaling", rotary_scaling, "rotary frequencies for longer texts");
    v("rotary_factor", rotary_factor, "by which they are divided");
    v("rotary_low_frequency", rotary_low_frequency,
      "llama3: turns in the original length below which all is scaled");
    v("rotary_high_frequency", rotary_high_frequency, "llama3: turns above which nothing is");
    v("rotary_original_length", rotary_original_length, "llama3: length trained on");
    v("relative_buckets", relative_buckets, "rows of the table of relative positions");
    v("relative_distance", relative_distance, "distance from which on the last one serves");
    v("activation", activation, "of the feed-forward");
    v("gated", gated, "gated feed-forward");
    v("attention_bias", attention_bias, "biases in attention's products");
    v("feed_forward_bias", feed_forward_bias, "biases in the feed-forward's products");
    v("window", window, "keys a query sees; 0 for all");
    v("token_types", token_types, "segment embeddings");
    v("tie_embeddings", tie_embeddings, "the output layer is the embedding");
    v("output_bias", output_bias, "a bias on the logits");
    v("scale_embedding", scale_embedding, "embeddings times the root of the width");
    v("dropout", dropout, "of embeddings and sub-layer outputs");
    v("attention_dropout", attention_dropout, "of attention probabilities");
    v("activation_dropout", activation_dropout, "of feed-forward hidden units");
    v("head", head, "what stands on the last hidden states");
    v("pooler_activation", pooler_activation, "of the layer before an encoder's labels");
    v("labels", labels, "labels of a classifier or tagger");
    v("padding_learns", padding_learns, "look-ups of the padding token change its embedding");
    v("pad", pad, "padding token");
    v("bos", bos, "first token of a sequence; -1 for none");
    v("eos", eos, "last token of a sequence; -1 for none");
    v("decoder_start", decoder_start, "token that the decoder starts from");
  }
};

// Published and small configurations by name: "tiny", "small", "transformer-base", "transformer-big",
// "bert-base", "bert-large", "roformer-base", "gpt2", "gpt2-medium", "gpt2-large", "gpt2-xl", "gpt3",
// "llama-7b", … Error lists them.
TransformerConfig transformer_preset(std::string_view name);
std::vector<std::string> transformer_preset_names();

// Sets an option from "NAME=VALUE" ("dropout=0.2"); Error lists the options when there is none of that name.
void change_option(TransformerConfig& config, std::string_view assignment);

}  // namespace hodhod
