// SPDX-License-Identifier: Apache-2.0
// Llama (Touvron et al. 2023): pre-norm decoder with RMS norms, rotary positions on split halves, gated
// feed-forward.

#include "hodhod/base/error.h"
#include "hodhod/models/hf/family.h"

namespace hodhod::hf {
namespace {

void read_rope_scaling(const Json& scaling, TransformerConfig& c, const std::string& where) {
  const auto old_name = json_get_or<std::string>(scaling, "type", "default", where);
  const auto kind = json_get_or<std::string>(scaling, "rope_type", old_name, where);
  if (kind == "default") return;
  c.rotary_factor = json_get<double>(scaling, "factor", where);
  if (kind == "linear") {
    c.rotary_scaling = RotaryScaling::linear;
    return;
  }
  check(kind == "llama3", "{}: rope_scaling of type '{}'; default, linear and llama3 are known", where, kind);
  c.rotary_scaling = RotaryScaling::llama3;
  c.rotary_low_frequency = json_get<double>(scaling, "low_freq_factor", where);
  c.rotary_high_frequency = json_get<double>(scaling, "high_freq_factor", where);
  c.rotary_original_length = json_get<int64_t>(scaling, "original_max_position_embeddings", where);
}

TransformerConfig read_llama(const Json& json, const std::string& where) {
  TransformerConfig c = transformer_preset("llama-7b");
  c.vocabulary = json_get_or<int64_t>(json, "vocab_size", 32000, where);
  c.width = json_get_or<int64_t>(json, "hidden_size", 4096, where);
  c.heads = json_get_or<int64_t>(json, "num_attention_heads", 32, where);
  c.kv_heads = json_get_or<int64_t>(json, "num_key_value_heads", c.heads, where);
  c.head_size = json_get_or<int64_t>(json, "head_dim", 0, where);
  c.decoder_layers = json_get_or<int64_t>(json, "num_hidden_layers", 32, where);
  c.feed_forward = json_get_or<int64_t>(json, "intermediate_size", 11008, where);
  c.max_length = json_get_or<int64_t>(json, "max_position_embeddings", 2048, where);
  c.norm_epsilon = json_get_or<double>(json, "rms_norm_eps", 1e-6, where);
  c.rotary_base = json_get_or<double>(json, "rope_theta", 10000, where);
  c.activation = kernels::activation_named(json_get_or<std::string>(json, "hidden_act", "silu", where));
  c.attention_bias = json_get_or<bool>(json, "attention_bias", false, where);
  c.feed_forward_bias = json_get_or<bool>(json, "mlp_bias", false, where);
  c.attention_dropout = json_get_or<double>(json, "attention_dropout", 0, where);
  c.tie_embeddings = json_get_or<bool>(json, "tie_word_embeddings", false, where);
  c.bos = json_get_or<int64_t>(json, "bos_token_id", 1, where);
  c.eos = json_get_or<int64_t>(json, "eos_token_id", 2, where);
  c.pad = json_get_or<int64_t>(json, "pad_token_id", 0, where);
  if (const Json* scaling = json_find(json, "rope_scaling"); scaling && !scaling->is_null()) {
    read_rope_scaling(*scaling, c, where);
  }
  read_decoder_head(json, c, where);
  return c;
}

void write_llama(const TransformerConfig& c, Json& json) {
  write_decoder_head(c, "Llama", "LlamaForCausalLM", json);
  json["model_type"] = "llama";
  json["vocab_size"] = c.vocabulary;
  json["hidden_size"] = c.width;
  json["num_attention_heads"] = c.heads;
  json["num_key_value_heads"] = c.key_value_heads();
  json["head_dim"] = c.size_of_head();
  json["num_hidden_layers"] = c.decoder_layers;
  json["intermediate_size"] = c.feed_forward;
  json["max_position_embeddings"] = c.max_length;
  json["rms_norm_eps"] = c.norm_epsilon;
  json["rope_theta"] = c.rotary_base;
  json["hidden_act"] = kernels::name_of(c.activation);
  json["attention_bias"] = c.attention_bias;
  json["mlp_bias"] = c.feed_forward_bias;
  json["attention_dropout"] = c.attention_dropout;
  json["tie_word_embeddings"] = c.tie_embeddings;
  if (c.rotary_scaling == RotaryScaling::linear) {
    json["rope_scaling"] = {{"rope_type", "linear"}, {"factor", c.rotary_factor}};
  } else if (c.rotary_scaling == RotaryScaling::llama3) {
    json["rope_scaling"] = {{"rope_type", "llama3"},
                            {"factor", c.rotary_factor},
                            {"low_freq_factor", c.rotary_low_frequency},
                            {"high_freq_factor", c.rotary_high_frequency},
                            {"original_max_position_embeddings", c.rotary_original_length}};
  }
}

bool fits_llama(const TransformerConfig& c) {
  return c.shape == TransformerShape::decoder && c.norm_placement == NormPlacement::pre &&
         c.norm == NormKind::kRms && c.final_norm && c.positions == PositionKind::rotary && c.gated &&
         c.window == 0 && !c.scale_embedding && !c.output_bias;
}

}  // namespace

const Family& llama() {
  static const Family kFamily{
      "llama",
      {"model."},
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
          {"decoder.layer.{}.feed_forward_norm.weight", "model.layers.{}.post_attention_layernorm.weight"},
          {"decoder.layer.{}.feed_forward.gate.weight", "model.layers.{}.mlp.gate_proj.weight"},
          {"decoder.layer.{}.feed_forward.up.weight", "model.layers.{}.mlp.up_proj.weight"},
          {"decoder.layer.{}.feed_forward.down.weight", "model.layers.{}.mlp.down_proj.weight"},
          {"decoder.layer.{}.feed_forward.gate.bias", "model.layers.{}.mlp.gate_proj.bias"},
          {"decoder.layer.{}.feed_forward.up.bias", "model.layers.{}.mlp.up_proj.bias"},
          {"decoder.layer.{}.feed_forward.down.bias", "model.layers.{}.mlp.down_proj.bias"},
          {"decoder.final_norm.weight", "model.norm.weight"},
          {"output.weight", "lm_head.weight"},
          {"classifier.weight", "score.weight"},
      },
      read_llama,
      write_llama,
      fits_llama};
  return kFamily;
}

}  // namespace hodhod::hf
