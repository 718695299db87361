// SPDX-License-Identifier: Apache-2.0
// Llama (Touvron et al. 2023): pre-norm decoder with RMS norms, rotary positions on split halves, gated
// feed-forward. Mistral (Jiang et al. 2023): the same, with a sliding window of keys.
#include "hodhod/models/hf/llama_layout.h"

#include <algorithm>

#include "hodhod/models/hf/family.h"
#include "hodhod/models/hf/rope.h"
#include "hodhod/models/hf/windows.h"

namespace hodhod::hf {

TransformerConfig llama_defaults() {
  TransformerConfig c = transformer_preset("llama-7b");
  c.kv_heads = 0;
  c.max_length = 2048;
  c.norm_epsilon = 1e-6;
  c.special.bos = 1;
  c.special.eos = 2;
  c.special.pad = -1;
  return c;
}

std::vector<KeyRule> llama_keys(std::initializer_list<std::string_view> left_out) {
  std::vector<KeyRule> keys = {
      {"vocab_size", "vocabulary"},
      {"hidden_size", "width"},
      {"num_attention_heads", "heads"},
      {"num_key_value_heads", "kv_heads"},
      {"head_dim", "head_size"},
      {"num_hidden_layers", "decoder_layers"},
      {"intermediate_size", "feed_forward"},
      {"max_position_embeddings", "max_length"},
      {"rms_norm_eps", "norm_epsilon"},
      {"attention_bias", "attention_bias"},
      {"mlp_bias", "feed_forward_bias"},
      {"tie_word_embeddings", "tie_embeddings"},
      {"attention_dropout", "attention_dropout"},
  };
  std::erase_if(keys, [&](const KeyRule& key) {
    return std::find(left_out.begin(), left_out.end(), key.theirs) != left_out.end();
  });
  return keys;
}

void read_llama(ConfigReader& reader, TransformerConfig& c) {
  read_rope(reader, c);
  reader.only("rope_interleaved", false);
  reader.find("is_decoder");
}

void write_llama(const TransformerConfig& c, Json& json) {
  const StackSizes sizes = c.sizes_of_decoder();
  json["num_key_value_heads"] = sizes.kv_heads;
  json["head_dim"] = sizes.head_size;
  write_rope(c, json);
}

TensorNames llama_names() {
  return {
      .prefixes = {"model."},
      .body =
          {
              {"embedding.weight", "model.embed_tokens.weight"},
              {"decoder.layer.{}.self_attention_norm.weight", "model.layers.{}.input_layernorm.weight"},
              {"decoder.layer.{}.self_attention.query.weight", "model.layers.{}.self_attn.q_proj.weight"},
              {"decoder.layer.{}.self_attention.key.weight", "model.layers.{}.self_attn.k_proj.weight"},
              {"decoder.layer.{}.self_attention.value.weight", "model.layers.{}.self_attn.v_proj.weight"},
              {"decoder.layer.{}.self_attention.output.weight", "model.layers.{}.self_attn.o_proj.weight"},
              {"decoder.layer.{}.self_attention.query.bias", "model.layers.{}.self_attn.q_proj.bias"},
              {"decoder.layer.{}.self_attention.key.bias", "model.layers.{}.self_attn.k_proj.bias"},
              {"decoder.layer.{}.self_attention.value.bias", "model.layers.{}.self_attn.v_proj.bias"},
              {"decoder.layer.{}.self_attention.output.bias", "model.layers.{}.self_attn.o_proj.bias"},
              {"decoder.layer.{}.feed_forward_norm.weight",
               "model.layers.{}.post_attention_layernorm.weight"},
              {"decoder.layer.{}.feed_forward.gate.weight", "model.layers.{}.mlp.gate_proj.weight"},
              {"decoder.layer.{}.feed_forward.up.weight", "model.layers.{}.mlp.up_proj.weight"},
              {"decoder.layer.{}.feed_forward.down.weight", "model.layers.{}.mlp.down_proj.weight"},
              {"decoder.layer.{}.feed_forward.gate.bias", "model.layers.{}.mlp.gate_proj.bias"},
              {"decoder.layer.{}.feed_forward.up.bias", "model.layers.{}.mlp.up_proj.bias"},
              {"decoder.layer.{}.feed_forward.down.bias", "model.layers.{}.mlp.down_proj.bias"},
              {"decoder.final_norm.weight", "model.norm.weight"},
          },
      .head = {{"output.weight", "lm_head.weight"},
               {.ours = "embedding.weight", .theirs = "lm_head.weight", .unless = "output.weight"},
               {"classifier.weight", "score.weight"}},
      .needless = {"model.rotary_emb.inv_freq", "model.layers.{}.self_attn.rotary_emb.inv_freq"}};
}

namespace {

TransformerConfig mistral_defaults() {
  TransformerConfig c = llama_defaults();
  c.kv_heads = 8;
  c.feed_forward = 14336;
  c.max_length = 131072;
  return c;
}

void read_mistral(ConfigReader& reader, TransformerConfig& c) {
  read_llama(reader, c);
  c.window = read_window(reader, 4096);
}

void write_mistral(const TransformerConfig& c, Json& json) {
  write_llama(c, json);
  json["sliding_window"] = c.window > 0 ? Json(c.window) : Json(nullptr);
}

}  // namespace

const Family& llama() {
  static const Family kFamily{.model_type = "llama",
                              .presets = {"llama-tiny", "llama-7b", "llama-13b", "llama-70b"},
                              .defaults = llama_defaults,
                              .activation = "hidden_act",
                              .keys = llama_keys(),
                              .heads = {{"LlamaForCausalLM", HeadKind::language_model},
                                        {"LlamaModel", HeadKind::language_model},
                                        {"LlamaForSequenceClassification", HeadKind::classifier}},
                              .read = read_llama,
                              .write = write_llama,
                              .names = llama_names()};
  return kFamily;
}

const Family& mistral() {
  static const Family kFamily{.model_type = "mistral",
                              .presets = {},
                              .defaults = mistral_defaults,
                              .activation = "hidden_act",
                              .keys = llama_keys({"attention_bias", "mlp_bias"}),
                              .heads = {{"MistralForCausalLM", HeadKind::language_model},
                                        {"MistralModel", HeadKind::language_model},
                                        {"MistralForSequenceClassification", HeadKind::classifier}},
                              .read = read_mistral,
                              .write = write_mistral,
                              .names = llama_names()};
  return kFamily;
}

}  // namespace hodhod::hf
