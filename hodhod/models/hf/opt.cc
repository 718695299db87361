// SPDX-License-Identifier: Apache-2.0
// OPT (Zhang et al. 2022): decoder with learned positions from row 2 on. Its embeddings may be narrower than
// its layers (OPT-350M, which has its norms behind the sub-layers).
#include "hodhod/models/hf/family.h"

namespace hodhod::hf {
namespace {

TransformerConfig opt_defaults() {
  TransformerConfig c = transformer_preset("gpt2");
  c.vocabulary = 50272;
  c.max_length = 2048;
  c.position_offset = 2;
  c.activation = kernels::Activation::relu;
  c.padding_learns = false;
  c.attention_dropout = 0;
  c.embedding_dropout = 0;
  c.special = {.pad = 1, .bos = 2, .eos = 2};
  return c;
}

void read_opt(ConfigReader& reader, TransformerConfig& c) {
  const bool before = reader.get_or<bool>("do_layer_norm_before", true);
  c.norm_placement = before ? NormPlacement::pre : NormPlacement::post;
  const bool removed = reader.get_or<bool>("_remove_final_layer_norm", false);
  c.final_norm = before && !removed;
  c.attention_bias = c.feed_forward_bias = reader.get_or<bool>("enable_bias", true);
  if (c.embedding_width == c.width) c.embedding_width = 0;
  reader.only("layer_norm_elementwise_affine", true);
  reader.find("prefix");  // what older releases put before a prompt
  reader.find("is_decoder");
}

void write_opt(const TransformerConfig& c, Json& json) {
  const bool before = c.norm_placement == NormPlacement::pre;
  json["do_layer_norm_before"] = before;
  json["_remove_final_layer_norm"] = before && !c.final_norm;
  json["enable_bias"] = c.attention_bias;
  json["layer_norm_elementwise_affine"] = true;
  json["word_embed_proj_dim"] = c.size_of_embedding();
}

TensorNames opt_names() {
  const std::pair<const char*, const char*> layers[] = {{"self_attention_norm", "self_attn_layer_norm"},
                                                        {"self_attention.query", "self_attn.q_proj"},
                                                        {"self_attention.key", "self_attn.k_proj"},
                                                        {"self_attention.value", "self_attn.v_proj"},
                                                        {"self_attention.output", "self_attn.out_proj"},
                                                        {"feed_forward_norm", "final_layer_norm"},
                                                        {"feed_forward.up", "fc1"},
                                                        {"feed_forward.down", "fc2"}};
  TensorNames names = {
      .prefixes = {"model."},
      .body = {{"embedding.weight", "model.decoder.embed_tokens.weight"},
               {"decoder.position.weight", "model.decoder.embed_positions.weight"},
               {"decoder.embedding_projection.weight", "model.decoder.project_in.weight"},
               {"decoder.output_projection.weight", "model.decoder.project_out.weight"}},
      .head = {{"output.weight", "lm_head.weight"},
               {.ours = "embedding.weight", .theirs = "lm_head.weight", .unless = "output.weight"},
               {"classifier.weight", "score.weight"}}};
  for (const std::string kind : {".weight", ".bias"}) {
    for (const auto& [ours, theirs] : layers) {
      names.body.push_back(
          {"decoder.layer.{}." + (ours + kind), "model.decoder.layers.{}." + (theirs + kind)});
    }
    names.body.push_back({"decoder.final_norm" + kind, "model.decoder.final_layer_norm" + kind});
  }
  return names;
}

}  // namespace

const Family& opt() {
  static const Family kFamily{.model_type = "opt",
                              .presets = {},
                              .defaults = opt_defaults,
                              .activation = "activation_function",
                              .keys = {{"vocab_size", "vocabulary"},
                                       {"hidden_size", "width"},
                                       {"word_embed_proj_dim", "embedding_width"},
                                       {"num_attention_heads", "heads"},
                                       {"num_hidden_layers", "decoder_layers"},
                                       {"ffn_dim", "feed_forward"},
                                       {"max_position_embeddings", "max_length"},
                                       {"tie_word_embeddings", "tie_embeddings"},
                                       {"dropout", "dropout"},
                                       {"attention_dropout", "attention_dropout"}},
                              .heads = {{"OPTForCausalLM", HeadKind::language_model},
                                        {"OPTModel", HeadKind::language_model},
                                        {"OPTForSequenceClassification", HeadKind::classifier}},
                              .read = read_opt,
                              .write = write_opt,
                              .names = opt_names()};
  return kFamily;
}

}  // namespace hodhod::hf
