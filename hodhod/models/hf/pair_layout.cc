// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/hf/pair_layout.h"

#include <string>

namespace hodhod::hf {
namespace {

void add_pair_attention(std::vector<NameRule>& names, const std::string& ours, const std::string& theirs) {
  for (const std::string kind : {"weight", "bias"}) {
    names.push_back({ours + ".query." + kind, theirs + ".q_proj." + kind});
    names.push_back({ours + ".key." + kind, theirs + ".k_proj." + kind});
    names.push_back({ours + ".value." + kind, theirs + ".v_proj." + kind});
    names.push_back({ours + ".output." + kind, theirs + ".out_proj." + kind});
    names.push_back({ours + "_norm." + kind, theirs + "_layer_norm." + kind});
  }
}

void add_pair_stack(std::vector<NameRule>& names, const std::string& stack) {
  const std::string at = "model." + stack + ".", ours = stack + ".layer.{}.", theirs = at + "layers.{}.";
  names.push_back({stack + ".position.weight", at + "embed_positions.weight"});
  add_pair_attention(names, ours + "self_attention", theirs + "self_attn");
  if (stack == "decoder") add_pair_attention(names, ours + "cross_attention", theirs + "encoder_attn");
  for (const std::string kind : {"weight", "bias"}) {
    names.push_back({stack + ".embedding_norm." + kind, at + "layernorm_embedding." + kind});
    names.push_back({ours + "feed_forward.up." + kind, theirs + "fc1." + kind});
    names.push_back({ours + "feed_forward.down." + kind, theirs + "fc2." + kind});
    names.push_back({ours + "feed_forward_norm." + kind, theirs + "final_layer_norm." + kind});
    names.push_back({stack + ".final_norm." + kind, at + "layer_norm." + kind});
  }
}

}  // namespace

const std::vector<KeyRule>& pair_keys() {
  static const std::vector<KeyRule> kKeys = {
      {"vocab_size", "vocabulary"},
      {"d_model", "width"},
      {"encoder_attention_heads", "heads"},
      {"decoder_attention_heads", "decoder_heads"},
      {"encoder_layers", "encoder_layers"},
      {"decoder_layers", "decoder_layers"},
      {"encoder_ffn_dim", "feed_forward"},
      {"decoder_ffn_dim", "decoder_feed_forward"},
      {"max_position_embeddings", "max_length"},
      {"scale_embedding", "scale_embedding"},
      {"tie_word_embeddings", "tie_embeddings"},
      {"dropout", "dropout"},
      {"attention_dropout", "attention_dropout"},
      {"activation_dropout", "activation_dropout"},
  };
  return kKeys;
}

void write_pair(const TransformerConfig& c, Json& json) {
  json["decoder_attention_heads"] = c.sizes_of_decoder().heads;
  json["decoder_ffn_dim"] = c.sizes_of_decoder().feed_forward;
  json["num_hidden_layers"] = c.encoder_layers;
  json["is_encoder_decoder"] = true;
  if (c.special.eos >= 0) json["forced_eos_token_id"] = c.special.eos;
}

std::vector<NameRule> pair_names() {
  std::vector<NameRule> names = {
      {.ours = "embedding.weight", .theirs = "model.shared.weight", .unless = "source_embedding.weight"},
      {"embedding.weight", "model.decoder.embed_tokens.weight"},
      {.ours = "embedding.weight",
       .theirs = "model.encoder.embed_tokens.weight",
       .unless = "source_embedding.weight"},
      {.ours = "embedding.weight", .theirs = "lm_head.weight", .unless = "output.weight"},
      {"source_embedding.weight", "model.encoder.embed_tokens.weight"},
  };
  add_pair_stack(names, "encoder");
  add_pair_stack(names, "decoder");
  return names;
}

std::vector<NameRule> pair_head_names() {
  return {
      {"output.weight", "lm_head.weight"},
      {.ours = "output_bias", .theirs = "final_logits_bias", .layout = Layout::row, .zero_if_absent = true}};
}

std::vector<std::string> pair_needless() {
  std::vector<std::string> names;
  for (const std::string stack : {"model.encoder.", "model.decoder."}) {
    for (const char* name : {"version", "embed_positions._float_tensor"}) names.push_back(stack + name);
  }
  return names;
}

NamedTensors constant_logits_bias(const TransformerConfig& c) {
  if (c.output_bias) return {};
  return {{"final_logits_bias", Tensor::zeros({1, c.vocabulary})}};
}

}  // namespace hodhod::hf
