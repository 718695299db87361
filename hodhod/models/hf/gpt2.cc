// SPDX-License-Identifier: Apache-2.0
// GPT-2 (Radford et al. 2019): pre-norm decoder, learned positions, products stored [in, out], query, key and
// value packed.

#include "hodhod/models/hf/family.h"

namespace hodhod::hf {
namespace {

TransformerConfig read_gpt2(const Json& json, const std::string& where) {
  TransformerConfig c = transformer_preset("gpt2");
  c.vocabulary = json_get_or<int64_t>(json, "vocab_size", 50257, where);
  c.width = json_get_or<int64_t>(json, "n_embd", 768, where);
  c.heads = json_get_or<int64_t>(json, "n_head", 12, where);
  c.decoder_layers = json_get_or<int64_t>(json, "n_layer", 12, where);
  c.feed_forward = json_get_or<int64_t>(json, "n_inner", 4 * c.width, where);
  c.max_length = json_get_or<int64_t>(json, "n_positions", 1024, where);
  c.norm_epsilon = json_get_or<double>(json, "layer_norm_epsilon", 1e-5, where);
  c.activation =
      kernels::activation_named(json_get_or<std::string>(json, "activation_function", "gelu_new", where));
  c.dropout = json_get_or<double>(json, "resid_pdrop", 0.1, where);
  c.attention_dropout = json_get_or<double>(json, "attn_pdrop", 0.1, where);
  c.tie_embeddings = json_get_or<bool>(json, "tie_word_embeddings", true, where);
  c.bos = json_get_or<int64_t>(json, "bos_token_id", 50256, where);
  c.eos = json_get_or<int64_t>(json, "eos_token_id", 50256, where);
  c.pad = json_get_or<int64_t>(json, "pad_token_id", c.eos < 0 ? 0 : c.eos, where);
  read_decoder_head(json, c, where);
  return c;
}

void write_gpt2(const TransformerConfig& c, Json& json) {
  write_decoder_head(c, "GPT2", "GPT2LMHeadModel", json);
  json["model_type"] = "gpt2";
  json["vocab_size"] = c.vocabulary;
  json["n_embd"] = c.width;
  json["n_head"] = c.heads;
  json["n_layer"] = c.decoder_layers;
  json["n_inner"] = c.feed_forward;
  json["n_positions"] = c.max_length;
  json["layer_norm_epsilon"] = c.norm_epsilon;
  json["activation_function"] = kernels::name_of(c.activation);
  json["embd_pdrop"] = c.dropout;
  json["resid_pdrop"] = c.dropout;
  json["attn_pdrop"] = c.attention_dropout;
  json["tie_word_embeddings"] = c.tie_embeddings;
}

bool fits_gpt2(const TransformerConfig& c) {
  return c.shape == TransformerShape::decoder && c.norm_placement == NormPlacement::pre &&
         c.norm == NormKind::kLayer && c.final_norm && c.positions == PositionKind::learned && !c.gated &&
         c.attention_bias && c.feed_forward_bias && c.key_value_heads() == c.heads &&
         c.size_of_head() * c.heads == c.width && c.window == 0 && !c.scale_embedding && !c.output_bias;
}

}  // namespace

const Family& gpt2() {
  constexpr Layout kTurned = Layout::transposed;
  static const Family kFamily{
      "gpt2",
      {"transformer."},
      {
          {"embedding.weight", "transformer.wte.weight"},
          {"decoder.position.weight", "transformer.wpe.weight"},
          {"decoder.layer.{}.self_attention_norm.weight", "transformer.h.{}.ln_1.weight"},
          {"decoder.layer.{}.self_attention_norm.bias", "transformer.h.{}.ln_1.bias"},
          {"decoder.layer.{}.self_attention.query.weight", "transformer.h.{}.attn.c_attn.weight", kTurned, 0,
           3},
          {"decoder.layer.{}.self_attention.key.weight", "transformer.h.{}.attn.c_attn.weight", kTurned, 1,
           3},
          {"decoder.layer.{}.self_attention.value.weight", "transformer.h.{}.attn.c_attn.weight", kTurned, 2,
           3},
          {"decoder.layer.{}.self_attention.query.bias", "transformer.h.{}.attn.c_attn.bias", Layout::same, 0,
           3},
          {"decoder.layer.{}.self_attention.key.bias", "transformer.h.{}.attn.c_attn.bias", Layout::same, 1,
           3},
          {"decoder.layer.{}.self_attention.value.bias", "transformer.h.{}.attn.c_attn.bias", Layout::same, 2,
           3},
          {"decoder.layer.{}.self_attention.output.weight", "transformer.h.{}.attn.c_proj.weight", kTurned},
          {"decoder.layer.{}.self_attention.output.bias", "transformer.h.{}.attn.c_proj.bias"},
          {"decoder.layer.{}.feed_forward_norm.weight", "transformer.h.{}.ln_2.weight"},
          {"decoder.layer.{}.feed_forward_norm.bias", "transformer.h.{}.ln_2.bias"},
          {"decoder.layer.{}.feed_forward.up.weight", "transformer.h.{}.mlp.c_fc.weight", kTurned},
          {"decoder.layer.{}.feed_forward.up.bias", "transformer.h.{}.mlp.c_fc.bias"},
          {"decoder.layer.{}.feed_forward.down.weight", "transformer.h.{}.mlp.c_proj.weight", kTurned},
          {"decoder.layer.{}.feed_forward.down.bias", "transformer.h.{}.mlp.c_proj.bias"},
          {"decoder.final_norm.weight", "transformer.ln_f.weight"},
          {"decoder.final_norm.bias", "transformer.ln_f.bias"},
          {"output.weight", "lm_head.weight"},
          {"classifier.weight", "score.weight"},
      },
      read_gpt2,
      write_gpt2,
      fits_gpt2};
  return kFamily;
}

}  // namespace hodhod::hf
