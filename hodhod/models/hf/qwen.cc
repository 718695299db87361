// SPDX-License-Identifier: Apache-2.0
// Qwen2 (Yang et al. 2024): Llama with biases on queries, keys and values, and windows in the upper layers.
// Qwen3 (Yang et al. 2025): without those biases; the queries and keys of each head are normalised.
#include <algorithm>

#include "hodhod/models/hf/family.h"
#include "hodhod/models/hf/llama_layout.h"
#include "hodhod/models/hf/rope.h"
#include "hodhod/models/hf/windows.h"

namespace hodhod::hf {
namespace {

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

// Layers from "max_window_layers" on have the window, if "use_sliding_window" says so. Newer releases say it
// by layers.
void read_qwen2(ConfigReader& reader, TransformerConfig& c) {
  read_llama(reader, c);
  const bool windows = reader.get_or<bool>("use_sliding_window", false);
  const int64_t window = read_window(reader, 4096);
  const auto first = std::max<int64_t>(reader.get_or<int64_t>("max_window_layers", 28), 0);
  c.window = windows ? window : 0;
  if (reader.find("layer_types") != nullptr) return read_layer_types(reader, c);
  if (first >= c.decoder_layers) c.window = 0;
  c.window_from = c.window > 0 ? first : 0;
}

void write_windows(const TransformerConfig& c, Json& json) {
  json["use_sliding_window"] = c.window > 0;
  json["sliding_window"] = c.window > 0 ? Json(c.window) : Json(nullptr);
  if (c.window > 0) json["max_window_layers"] = c.window_from;
  if (c.full_every > 0) write_layer_types(c, json);
}

void write_qwen2(const TransformerConfig& c, Json& json) {
  const StackSizes sizes = c.sizes_of_decoder();
  json["num_key_value_heads"] = sizes.kv_heads;
  if (sizes.head_size * sizes.heads != c.width) json["head_dim"] = sizes.head_size;
  write_rope(c, json);
  write_windows(c, json);
}

TransformerConfig qwen3_defaults() {
  TransformerConfig c = qwen2_defaults();
  c.kv_heads = 32;
  c.head_size = 128;
  c.attention_bias = false;
  c.attention_output_bias = true;  // if "attention_bias" asks for biases
  c.query_key_norm = true;
  return c;
}

void write_qwen3(const TransformerConfig& c, Json& json) {
  write_llama(c, json);
  write_windows(c, json);
}

TensorNames qwen3_names() {
  TensorNames names = llama_names();
  names.body.push_back(
      {"decoder.layer.{}.self_attention.query_norm.weight", "model.layers.{}.self_attn.q_norm.weight"});
  names.body.push_back(
      {"decoder.layer.{}.self_attention.key_norm.weight", "model.layers.{}.self_attn.k_norm.weight"});
  return names;
}

}  // namespace

const Family& qwen2() {
  static const Family kFamily{.model_type = "qwen2",
                              .presets = {},
                              .defaults = qwen2_defaults,
                              .activation = "hidden_act",
                              .keys = llama_keys({"attention_bias", "mlp_bias"}),
                              .heads = {{"Qwen2ForCausalLM", HeadKind::language_model},
                                        {"Qwen2Model", HeadKind::language_model},
                                        {"Qwen2ForSequenceClassification", HeadKind::classifier}},
                              .read = read_qwen2,
                              .write = write_qwen2,
                              .names = llama_names()};
  return kFamily;
}

const Family& qwen3() {
  static const Family kFamily{.model_type = "qwen3",
                              .presets = {},
                              .defaults = qwen3_defaults,
                              .activation = "hidden_act",
                              .keys = llama_keys({"mlp_bias"}),
                              .heads = {{"Qwen3ForCausalLM", HeadKind::language_model},
                                        {"Qwen3Model", HeadKind::language_model},
                                        {"Qwen3ForSequenceClassification", HeadKind::classifier}},
                              .read = read_qwen2,
                              .write = write_qwen3,
                              .names = qwen3_names()};
  return kFamily;
}

}  // namespace hodhod::hf
