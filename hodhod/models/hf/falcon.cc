// SPDX-License-Identifier: Apache-2.0
// Falcon (Almazrouei et al. 2023): rotary positions or ALiBi. Falcon-RW has its sub-layers in turn, Falcon-7B
// side by side behind one norm with one key head, and Falcon-40B ("new_decoder_architecture") side by side
// behind two norms with grouped keys. Queries, keys and values are packed by key head.
#include <array>

#include "hodhod/base/error.h"
#include "hodhod/models/hf/family.h"
#include "hodhod/models/hf/packed_attention.h"
#include "hodhod/models/hf/rope.h"

namespace hodhod::hf {
namespace {

TransformerConfig falcon_defaults() {
  TransformerConfig c = transformer_preset("gpt2");
  c.vocabulary = 65024;
  c.width = 4544;
  c.heads = 71;
  c.decoder_layers = 32;
  c.feed_forward = 4 * c.width;
  c.max_length = 2048;
  c.sub_layers = SubLayerOrder::parallel_one_norm;
  c.positions = PositionKind::rotary;
  c.activation = kernels::Activation::gelu;
  c.attention_bias = c.feed_forward_bias = false;
  c.dropout = c.attention_dropout = 0;
  c.embedding_dropout = 0;
  c.special = {.pad = -1, .bos = 11, .eos = 11};
  return c;
}

// The number of key heads is a setting of the new architecture alone.
void read_heads(ConfigReader& reader, TransformerConfig& c, bool grouped) {
  const bool shared = reader.get_or<bool>("multi_query", true);
  const Json* count = reader.find("num_kv_heads");
  if (grouped && count != nullptr) {
    const KeyRule rule{"num_kv_heads", "kv_heads"};
    reader.read(std::array{rule}, fields_of(c));
    return;
  }
  c.kv_heads = shared && !grouped ? 1 : 0;
}

void read_falcon(ConfigReader& reader, TransformerConfig& c) {
  const bool grouped = reader.get_or<bool>("new_decoder_architecture", false);
  read_heads(reader, c, grouped);
  const bool parallel = reader.get_or<bool>("parallel_attn", true);
  const auto norms = reader.get_or<int64_t>("num_ln_in_parallel_attn", grouped ? 2 : 1);
  check(norms == 1 || (norms == 2 && grouped && parallel),
        "{} is {}; the new architecture with sub-layers side by side has 1 or 2, others 1",
        reader.place("num_ln_in_parallel_attn"), norms);
  check(parallel || !grouped, "{} is false, and the new architecture has its sub-layers side by side",
        reader.place("parallel_attn"));
  c.sub_layers = !parallel    ? SubLayerOrder::sequential
                 : norms == 2 ? SubLayerOrder::parallel
                              : SubLayerOrder::parallel_one_norm;
  c.attention_bias = c.feed_forward_bias = reader.get_or<bool>("bias", false);
  if (reader.find("ffn_hidden_size") == nullptr) c.feed_forward = 4 * c.width;
  if (reader.get_or<bool>("alibi", false)) c.positions = PositionKind::alibi_of_keys;
  read_rope(reader, c);
  // Early files have it, and no release reads it.
  reader.only("apply_residual_connection_post_layernorm", false);
}

void write_falcon(const TransformerConfig& c, Json& json) {
  const StackSizes sizes = c.sizes_of_decoder();
  const bool parallel = c.sub_layers != SubLayerOrder::sequential,
             simple = sizes.kv_heads == 1 || sizes.kv_heads == sizes.heads,
             grouped = c.sub_layers == SubLayerOrder::parallel || (parallel && !simple);
  json["new_decoder_architecture"] = grouped;
  json["parallel_attn"] = parallel;
  json["multi_query"] = sizes.kv_heads == 1;
  json["num_kv_heads"] = sizes.kv_heads;
  json["num_ln_in_parallel_attn"] =
      grouped ? Json(c.sub_layers == SubLayerOrder::parallel ? 2 : 1) : Json(nullptr);
  json["bias"] = c.attention_bias;
  json["alibi"] = c.positions == PositionKind::alibi_of_keys;
  write_rope(c, json);
}

TensorNames falcon_names(const TransformerConfig& config) {
  const std::string layer = "transformer.h.{}.";
  TensorNames names = {
      .prefixes = {"transformer."},
      .body = packed_by_key_head(config, layer + "self_attention.query_key_value."),
      .head = {{"output.weight", "lm_head.weight"},
               {.ours = "embedding.weight", .theirs = "lm_head.weight", .unless = "output.weight"},
               {"classifier.weight", "score.weight"}},
      .needless = {layer + "self_attention.rotary_emb.inv_freq",
                   layer + "self_attention.maybe_rotary.inv_freq"}};
  names.body.push_back({"embedding.weight", "transformer.word_embeddings.weight"});
  const bool two = config.sub_layers == SubLayerOrder::parallel;
  const std::pair<const char*, const char*> layers[] = {
      {"self_attention_norm", two ? "ln_attn" : "input_layernorm"},
      {"feed_forward_norm", two ? "ln_mlp" : "post_attention_layernorm"},
      {"self_attention.output", "self_attention.dense"},
      {"feed_forward.up", "mlp.dense_h_to_4h"},
      {"feed_forward.down", "mlp.dense_4h_to_h"}};
  for (const std::string kind : {".weight", ".bias"}) {
    for (const auto& [ours, theirs] : layers)
      names.body.push_back({"decoder.layer.{}." + (ours + kind), layer + theirs + kind});
    names.body.push_back({"decoder.final_norm" + kind, "transformer.ln_f" + kind});
  }
  return names;
}

}  // namespace

const Family& falcon() {
  static const Family kFamily{.model_type = "falcon",
                              .presets = {},
                              .defaults = falcon_defaults,
                              .activation = "activation",
                              .keys = {{"vocab_size", "vocabulary"},
                                       {"hidden_size", "width"},
                                       {"num_attention_heads", "heads"},
                                       {"num_hidden_layers", "decoder_layers"},
                                       {"ffn_hidden_size", "feed_forward"},
                                       {"max_position_embeddings", "max_length"},
                                       {"layer_norm_epsilon", "norm_epsilon"},
                                       {"tie_word_embeddings", "tie_embeddings"},
                                       {"hidden_dropout", "dropout"},
                                       {"attention_dropout", "attention_dropout"}},
                              .heads = {{"FalconForCausalLM", HeadKind::language_model},
                                        {"FalconModel", HeadKind::language_model},
                                        {"FalconForSequenceClassification", HeadKind::classifier}},
                              .read = read_falcon,
                              .write = write_falcon,
                              .names_of = falcon_names};
  return kFamily;
}

}  // namespace hodhod::hf
