// SPDX-License-Identifier: Apache-2.0
// Marian (Junczys-Dowmunt et al. 2018) as Transformers holds it: the post-norm encoder-decoder of "Attention
// Is All You Need" with sinusoidal positions (sines first, then cosines; not stored).

#include "hodhod/base/error.h"
#include "hodhod/models/hf/family.h"

namespace hodhod::hf {
namespace {

TransformerConfig read_marian(const Json& json, const std::string& where) {
  TransformerConfig c = transformer_preset("transformer-base");
  c.vocabulary = json_get_or<int64_t>(json, "vocab_size", 58101, where);
  const auto target = json_get_or<int64_t>(json, "decoder_vocab_size", c.vocabulary, where);
  if (!json_get_or<bool>(json, "share_encoder_decoder_embeddings", true, where)) {
    c.source_vocabulary = c.vocabulary;
    c.vocabulary = target;
  }
  c.width = json_get_or<int64_t>(json, "d_model", 1024, where);
  c.heads = json_get_or<int64_t>(json, "encoder_attention_heads", 16, where);
  const auto decoder_heads = json_get_or<int64_t>(json, "decoder_attention_heads", c.heads, where);
  check(decoder_heads == c.heads, "{}: {} encoder heads and {} decoder heads; they must be equal", where,
        c.heads, decoder_heads);
  c.encoder_layers = json_get_or<int64_t>(json, "encoder_layers", 12, where);
  c.decoder_layers = json_get_or<int64_t>(json, "decoder_layers", 12, where);
  c.feed_forward = json_get_or<int64_t>(json, "encoder_ffn_dim", 4096, where);
  const auto decoder_hidden = json_get_or<int64_t>(json, "decoder_ffn_dim", c.feed_forward, where);
  check(decoder_hidden == c.feed_forward, "{}: encoder_ffn_dim {} and decoder_ffn_dim {}; they must be equal",
        where, c.feed_forward, decoder_hidden);
  c.max_length = json_get_or<int64_t>(json, "max_position_embeddings", 1024, where);
  c.positions = PositionKind::sinusoidal;
  c.activation =
      kernels::activation_named(json_get_or<std::string>(json, "activation_function", "gelu", where));
  c.scale_embedding = json_get_or<bool>(json, "scale_embedding", false, where);
  c.output_bias = true;
  c.dropout = json_get_or<double>(json, "dropout", 0.1, where);
  c.attention_dropout = json_get_or<double>(json, "attention_dropout", 0, where);
  c.activation_dropout = json_get_or<double>(json, "activation_dropout", 0, where);
  c.eos = json_get_or<int64_t>(json, "eos_token_id", 0, where);
  c.pad = json_get_or<int64_t>(json, "pad_token_id", 58100, where);
  c.decoder_start = json_get_or<int64_t>(json, "decoder_start_token_id", c.pad, where);
  return c;
}

void write_marian(const TransformerConfig& c, Json& json) {
  json["architectures"] = {"MarianMTModel"};
  json["model_type"] = "marian";
  json["is_encoder_decoder"] = true;
  json["vocab_size"] = c.size_of_source_vocabulary();
  json["decoder_vocab_size"] = c.vocabulary;
  json["share_encoder_decoder_embeddings"] = c.source_vocabulary == 0;
  json["d_model"] = c.width;
  json["encoder_attention_heads"] = c.heads;
  json["decoder_attention_heads"] = c.heads;
  json["encoder_layers"] = c.encoder_layers;
  json["decoder_layers"] = c.decoder_layers;
  json["num_hidden_layers"] = c.encoder_layers;
  json["encoder_ffn_dim"] = c.feed_forward;
  json["decoder_ffn_dim"] = c.feed_forward;
  json["max_position_embeddings"] = c.max_length;
  json["activation_function"] = kernels::name_of(c.activation);
  json["scale_embedding"] = c.scale_embedding;
  json["static_position_embeddings"] = true;
  json["normalize_before"] = false;
  json["dropout"] = c.dropout;
  json["attention_dropout"] = c.attention_dropout;
  json["activation_dropout"] = c.activation_dropout;
  json["decoder_start_token_id"] = c.decoder_start;
  json["forced_eos_token_id"] = c.eos;
}

bool fits_marian(const TransformerConfig& c) {
  return c.shape == TransformerShape::encoder_decoder && c.norm_placement == NormPlacement::post &&
         c.norm == NormKind::kLayer && !c.final_norm && c.positions == PositionKind::sinusoidal && !c.gated &&
         !c.embedding_norm && c.attention_bias && c.feed_forward_bias && c.key_value_heads() == c.heads &&
         c.window == 0 && c.tie_embeddings;
}

void add_attention(std::vector<NameRule>& names, const std::string& ours, const std::string& theirs) {
  for (const std::string kind : {"weight", "bias"}) {
    names.push_back({ours + ".query." + kind, theirs + ".q_proj." + kind});
    names.push_back({ours + ".key." + kind, theirs + ".k_proj." + kind});
    names.push_back({ours + ".value." + kind, theirs + ".v_proj." + kind});
    names.push_back({ours + ".output." + kind, theirs + ".out_proj." + kind});
    names.push_back({ours + "_norm." + kind, theirs + "_layer_norm." + kind});
  }
}

std::vector<NameRule> make_names() {
  std::vector<NameRule> names = {
      {.ours = "embedding.weight", .theirs = "model.shared.weight", .unless = "source_embedding.weight"},
      {"embedding.weight", "model.decoder.embed_tokens.weight"},
      {"source_embedding.weight", "model.encoder.embed_tokens.weight"},
      {"output_bias", "final_logits_bias", Layout::row},
  };
  for (const std::string stack : {"encoder", "decoder"}) {
    const std::string ours = stack + ".layer.{}.", theirs = "model." + stack + ".layers.{}.";
    add_attention(names, ours + "self_attention", theirs + "self_attn");
    if (stack == "decoder") add_attention(names, ours + "cross_attention", theirs + "encoder_attn");
    for (const std::string kind : {"weight", "bias"}) {
      names.push_back({ours + "feed_forward.up." + kind, theirs + "fc1." + kind});
      names.push_back({ours + "feed_forward.down." + kind, theirs + "fc2." + kind});
      names.push_back({ours + "feed_forward_norm." + kind, theirs + "final_layer_norm." + kind});
    }
  }
  return names;
}

}  // namespace

const Family& marian() {
  static const Family kFamily{"marian", {}, make_names(), read_marian, write_marian, fits_marian};
  return kFamily;
}

}  // namespace hodhod::hf
