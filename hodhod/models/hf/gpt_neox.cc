// SPDX-License-Identifier: Apache-2.0
// GPT-NeoX (Black et al. 2022), also Pythia: attention and feed-forward side by side, each behind its norm,
// rotary positions on a part of each head. The query, key and value of each head lie together.
#include "hodhod/models/hf/family.h"
#include "hodhod/models/hf/packed_attention.h"
#include "hodhod/models/hf/rope.h"

namespace hodhod::hf {
namespace {

constexpr RopeKeys kNeoxRope = {.base = "rotary_emb_base", .share = "rotary_pct"};

TransformerConfig gpt_neox_defaults() {
  TransformerConfig c = transformer_preset("gpt2");
  c.vocabulary = 50432;
  c.width = 6144;
  c.heads = 64;
  c.decoder_layers = 44;
  c.feed_forward = 24576;
  c.max_length = 2048;
  c.sub_layers = SubLayerOrder::parallel;
  c.positions = PositionKind::rotary;
  c.rotary_share = 0.25;
  c.activation = kernels::Activation::gelu;
  c.tie_embeddings = false;
  c.dropout = c.attention_dropout = 0;
  c.special = {.pad = -1, .bos = 0, .eos = 2};
  return c;
}

void read_gpt_neox(ConfigReader& reader, TransformerConfig& c) {
  read_rope(reader, c, kNeoxRope);
  const bool parallel = reader.get_or<bool>("use_parallel_residual", true);
  c.sub_layers = parallel ? SubLayerOrder::parallel : SubLayerOrder::sequential;
  reader.find("classifier_dropout");  // of a head that is not known here
  reader.find("is_decoder");
}

void write_gpt_neox(const TransformerConfig& c, Json& json) {
  json["use_parallel_residual"] = c.sub_layers == SubLayerOrder::parallel;
  write_rope(c, json, kNeoxRope);
}

TensorNames gpt_neox_names(const TransformerConfig& config) {
  const std::string layer = "gpt_neox.layers.{}.";
  TensorNames names = {
      .prefixes = {"gpt_neox."},
      .body = packed_by_key_head(config, layer + "attention.query_key_value."),
      .head = {{"output.weight", "embed_out.weight"},
               {.ours = "embedding.weight", .theirs = "embed_out.weight", .unless = "output.weight"},
               {"classifier.weight", "score.weight"}},
      .needless = {layer + "attention.bias", layer + "attention.masked_bias",
                   layer + "attention.rotary_emb.inv_freq", "gpt_neox.rotary_emb.inv_freq"}};
  names.body.push_back({"embedding.weight", "gpt_neox.embed_in.weight"});
  const std::pair<const char*, const char*> layers[] = {{"self_attention_norm", "input_layernorm"},
                                                        {"feed_forward_norm", "post_attention_layernorm"},
                                                        {"self_attention.output", "attention.dense"},
                                                        {"feed_forward.up", "mlp.dense_h_to_4h"},
                                                        {"feed_forward.down", "mlp.dense_4h_to_h"}};
  for (const std::string kind : {".weight", ".bias"}) {
    for (const auto& [ours, theirs] : layers)
      names.body.push_back({"decoder.layer.{}." + (ours + kind), layer + theirs + kind});
    names.body.push_back({"decoder.final_norm" + kind, "gpt_neox.final_layer_norm" + kind});
  }
  return names;
}

}  // namespace

const Family& gpt_neox() {
  static const Family kFamily{.model_type = "gpt_neox",
                              .presets = {},
                              .defaults = gpt_neox_defaults,
                              .activation = "hidden_act",
                              .keys = {{"vocab_size", "vocabulary"},
                                       {"hidden_size", "width"},
                                       {"num_attention_heads", "heads"},
                                       {"num_hidden_layers", "decoder_layers"},
                                       {"intermediate_size", "feed_forward"},
                                       {"max_position_embeddings", "max_length"},
                                       {"layer_norm_eps", "norm_epsilon"},
                                       {"attention_bias", "attention_bias"},
                                       {"tie_word_embeddings", "tie_embeddings"},
                                       {"hidden_dropout", "dropout"},
                                       {"attention_dropout", "attention_dropout"}},
                              .heads = {{"GPTNeoXForCausalLM", HeadKind::language_model},
                                        {"GPTNeoXModel", HeadKind::language_model},
                                        {"GPTNeoXForSequenceClassification", HeadKind::classifier}},
                              .read = read_gpt_neox,
                              .write = write_gpt_neox,
                              .names_of = gpt_neox_names};
  return kFamily;
}

}  // namespace hodhod::hf
