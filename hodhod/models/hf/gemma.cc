// SPDX-License-Identifier: Apache-2.0
// Gemma (Gemma Team 2024): Llama with norms that multiply by 1 + weight, scaled embeddings that are the
// output layer too, and heads of any size. Gemma 2 (Gemma Team 2024): norms on both sides of a sub-layer,
// capped scores and logits, and a window in every other layer.
#include "hodhod/base/error.h"
#include "hodhod/models/hf/family.h"
#include "hodhod/models/hf/llama_layout.h"
#include "hodhod/models/hf/windows.h"

namespace hodhod::hf {
namespace {

TransformerConfig gemma_defaults() {
  TransformerConfig c = llama_defaults();
  c.vocabulary = 256000;
  c.width = 3072;
  c.heads = c.kv_heads = 16;
  c.head_size = 256;
  c.decoder_layers = 28;
  c.feed_forward = 24576;
  c.max_length = 8192;
  c.activation = kernels::Activation::gelu_tanh;
  c.norm_plus_one = true;
  c.tie_embeddings = true;
  c.scale_embedding = true;
  c.special = {.pad = 0, .bos = 2, .eos = 1};
  return c;
}

// "hidden_activation" counts. Older files have "hidden_act" too, where "gelu" once stood for its
// approximation.
void read_gemma(ConfigReader& reader, TransformerConfig& c) {
  read_llama(reader, c);
  const auto other = reader.get_or<std::string>("hidden_act", "gelu");
  if (other != "gelu" && reader.activation_or("hidden_act", c.activation) != c.activation)
    reader.warn("hidden_act", "is not used; hidden_activation names the activation of these models");
}

void write_gemma(const TransformerConfig& c, Json& json) {
  write_llama(c, json);
  // Newer releases read this one.
  json["hidden_act"] = json["hidden_activation"];
}

TransformerConfig gemma2_defaults() {
  TransformerConfig c = gemma_defaults();
  c.width = 2304;
  c.heads = 8;
  c.kv_heads = 4;
  c.decoder_layers = 26;
  c.feed_forward = 9216;
  c.norm_placement = NormPlacement::both;
  c.score_scalar = 256;
  c.score_cap = 50;
  c.logit_cap = 30;
  c.window = 4096;
  c.full_every = 2;
  return c;
}

void read_gemma2(ConfigReader& reader, TransformerConfig& c) {
  read_gemma(reader, c);
  c.window = read_window(reader, c.window);
  if (c.window == 0) c.full_every = 0;
  read_layer_types(reader, c);
  for (const auto& [key, cap] :
       {std::pair{"attn_logit_softcapping", &c.score_cap}, {"final_logit_softcapping", &c.logit_cap}}) {
    if (reader.mentions(key) && reader.find(key) == nullptr) *cap = 0;  // null: none
  }
  reader.only("use_bidirectional_attention", false);
  reader.find("cache_implementation");  // how keys are kept
  reader.find("sliding_window_size");   // a former name, beside the one that counts
}

void write_gemma2(const TransformerConfig& c, Json& json) {
  write_llama(c, json);
  json["query_pre_attn_scalar"] = c.score_scalar > 0 ? Json(c.score_scalar) : Json(c.size_of_head());
  json["attn_logit_softcapping"] = c.score_cap > 0 ? Json(c.score_cap) : Json(nullptr);
  json["final_logit_softcapping"] = c.logit_cap > 0 ? Json(c.logit_cap) : Json(nullptr);
  json["sliding_window"] = c.window > 0 ? Json(c.window) : Json(nullptr);
  if (c.window > 0 && (c.full_every != 2 || c.window_from != 0)) write_layer_types(c, json);
}

std::vector<KeyRule> gemma2_keys() {
  std::vector<KeyRule> keys = llama_keys({"mlp_bias"});
  keys.push_back({"query_pre_attn_scalar", "score_scalar"});
  keys.push_back({"attn_logit_softcapping", "score_cap"});
  keys.push_back({"final_logit_softcapping", "logit_cap"});
  return keys;
}

TensorNames gemma2_names() {
  TensorNames names = llama_names();
  std::erase_if(names.body, [](const NameRule& rule) {
    return rule.ours == "decoder.layer.{}.feed_forward_norm.weight";
  });
  const std::pair<const char*, const char*> norms[] = {
      {"self_attention_output_norm", "post_attention_layernorm"},
      {"feed_forward_norm", "pre_feedforward_layernorm"},
      {"feed_forward_output_norm", "post_feedforward_layernorm"}};
  for (const auto& [ours, theirs] : norms) {
    names.body.push_back({std::string("decoder.layer.{}.") + ours + ".weight",
                          std::string("model.layers.{}.") + theirs + ".weight"});
  }
  return names;
}

}  // namespace

const Family& gemma() {
  static const Family kFamily{.model_type = "gemma",
                              .presets = {},
                              .defaults = gemma_defaults,
                              .activation = "hidden_activation",
                              .keys = llama_keys({"mlp_bias"}),
                              .heads = {{"GemmaForCausalLM", HeadKind::language_model},
                                        {"GemmaModel", HeadKind::language_model},
                                        {"GemmaForSequenceClassification", HeadKind::classifier}},
                              .read = read_gemma,
                              .write = write_gemma,
                              .names = llama_names()};
  return kFamily;
}

const Family& gemma2() {
  static const Family kFamily{.model_type = "gemma2",
                              .presets = {},
                              .defaults = gemma2_defaults,
                              .activation = "hidden_activation",
                              .keys = gemma2_keys(),
                              .heads = {{"Gemma2ForCausalLM", HeadKind::language_model},
                                        {"Gemma2Model", HeadKind::language_model},
                                        {"Gemma2ForSequenceClassification", HeadKind::classifier}},
                              .read = read_gemma2,
                              .write = write_gemma2,
                              .names = gemma2_names()};
  return kFamily;
}

}  // namespace hodhod::hf
