// SPDX-License-Identifier: Apache-2.0
// Llama (Touvron et al. 2023): pre-norm decoder with RMS norms, rotary positions on split halves, gated
// feed-forward. Mistral (Jiang et al. 2023): the same, with a sliding window of keys. Qwen2 (Yang et al.
// 2024): the same, with biases on queries, keys and values.
#include <algorithm>
#include <initializer_list>

#include "hodhod/base/error.h"
#include "hodhod/models/hf/family.h"
#include "hodhod/models/hf/rope.h"

namespace hodhod::hf {
namespace {

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

const std::vector<KeyRule>& llama_keys() {
  static const std::vector<KeyRule> kKeys = {
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
  return kKeys;
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

// "sliding_window" says how many keys a query sees, itself included; null: all.
int64_t read_window(ConfigReader& reader, int64_t usual) {
  const bool given = reader.mentions("sliding_window");
  const int64_t window = reader.get_or<int64_t>("sliding_window", given ? 0 : usual);
  check(window >= 0, "{}: a window of {} keys; give a number above 0, or null for all keys",
        reader.place("sliding_window"), window);
  return window;
}

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

TransformerConfig qwen2_defaults() {
  TransformerConfig c = llama_defaults();
  c.vocabulary = 151936;
  c.feed_forward = 22016;
  c.max_length = 32768;
  c.attention_bias = true;
  c.attention_output_bias = false;
  c.special.bos = c.special.eos = -1;
  return c;
}

// Layers from "max_window_layers" on have the window, if "use_sliding_window" says so.
void read_qwen2(ConfigReader& reader, TransformerConfig& c) {
  read_llama(reader, c);
  const bool windows = reader.get_or<bool>("use_sliding_window", false);
  const int64_t window = read_window(reader, 4096), first = reader.get_or<int64_t>("max_window_layers", 28);
  c.window = windows && first < c.decoder_layers ? window : 0;
  check(c.window == 0 || first <= 0,
        "{}: the first {} of {} layers see all keys and the others {}; a model whose layers differ is not "
        "supported",
        reader.place("max_window_layers"), first, c.decoder_layers, window);
  // Newer releases say the same by layers.
  for (const std::string& layer : reader.get_or<std::vector<std::string>>("layer_types", {})) {
    check(layer == (c.window > 0 ? "sliding_attention" : "full_attention"),
          "{}: {} does not agree with use_sliding_window and max_window_layers", reader.place("layer_types"),
          shown(Json(layer)));
  }
}

void write_qwen2(const TransformerConfig& c, Json& json) {
  const StackSizes sizes = c.sizes_of_decoder();
  json["num_key_value_heads"] = sizes.kv_heads;
  if (sizes.head_size * sizes.heads != c.width) json["head_dim"] = sizes.head_size;
  write_rope(c, json);
  json["use_sliding_window"] = c.window > 0;
  json["sliding_window"] = c.window > 0 ? Json(c.window) : Json(nullptr);
  if (c.window > 0) json["max_window_layers"] = 0;
}

// The names of the three.
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

std::vector<KeyRule> keys_without(std::initializer_list<std::string_view> left_out) {
  std::vector<KeyRule> keys = llama_keys();
  std::erase_if(keys, [&](const KeyRule& key) {
    return std::find(left_out.begin(), left_out.end(), key.theirs) != left_out.end();
  });
  return keys;
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
                              .keys = keys_without({"attention_bias", "mlp_bias"}),
                              .heads = {{"MistralForCausalLM", HeadKind::language_model},
                                        {"MistralModel", HeadKind::language_model},
                                        {"MistralForSequenceClassification", HeadKind::classifier}},
                              .read = read_mistral,
                              .write = write_mistral,
                              .names = llama_names()};
  return kFamily;
}

const Family& qwen2() {
  static const Family kFamily{.model_type = "qwen2",
                              .presets = {},
                              .defaults = qwen2_defaults,
                              .activation = "hidden_act",
                              .keys = keys_without({"attention_bias", "mlp_bias"}),
                              .heads = {{"Qwen2ForCausalLM", HeadKind::language_model},
                                        {"Qwen2Model", HeadKind::language_model},
                                        {"Qwen2ForSequenceClassification", HeadKind::classifier}},
                              .read = read_qwen2,
                              .write = write_qwen2,
                              .names = llama_names()};
  return kFamily;
}

}  // namespace hodhod::hf
