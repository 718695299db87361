// SPDX-License-Identifier: Apache-2.0
// Phi (Gunasekar et al. 2023, "Textbooks are all you need"; Phi-1, 1.5 and 2): attention and feed-forward
// side by side behind one norm, rotary positions on a part of each head, biases everywhere.
#include "hodhod/models/hf/family.h"
#include "hodhod/models/hf/rope.h"

namespace hodhod::hf {
namespace {

constexpr RopeKeys kPhiRope = {.share = "partial_rotary_factor"};

TransformerConfig phi_defaults() {
  TransformerConfig c = transformer_preset("gpt2");
  c.vocabulary = 51200;
  c.width = 2048;
  c.heads = 32;
  c.decoder_layers = 24;
  c.feed_forward = 8192;
  c.max_length = 2048;
  c.sub_layers = SubLayerOrder::parallel_one_norm;
  c.positions = PositionKind::rotary;
  c.rotary_share = 0.5;
  c.tie_embeddings = false;
  c.output_bias = true;
  c.padding_learns = false;
  c.dropout = c.attention_dropout = 0;
  c.embedding_dropout = 0;
  c.special = {.pad = -1, .bos = 1, .eos = 2};
  return c;
}

void read_phi(ConfigReader& reader, TransformerConfig& c) {
  read_rope(reader, c, kPhiRope);
  if (c.embedding_dropout == c.dropout) c.embedding_dropout.reset();
}

void write_phi(const TransformerConfig& c, Json& json) {
  json["num_key_value_heads"] = c.sizes_of_decoder().kv_heads;
  json["embd_pdrop"] = c.embedding_dropout.value_or(c.dropout);
  write_rope(c, json, kPhiRope);
}

TensorNames phi_names() {
  const std::pair<const char*, const char*> layers[] = {
      {"self_attention_norm", "input_layernorm"},
      {"self_attention.query", "self_attn.q_proj"},
      {"self_attention.key", "self_attn.k_proj"},
      {"self_attention.value", "self_attn.v_proj"},
      {"self_attention.output", "self_attn.dense"},
      {"self_attention.query_norm", "self_attn.q_layernorm"},
      {"self_attention.key_norm", "self_attn.k_layernorm"},
      {"feed_forward.up", "mlp.fc1"},
      {"feed_forward.down", "mlp.fc2"}};
  TensorNames names = {
      .prefixes = {"model."},
      .body = {{"embedding.weight", "model.embed_tokens.weight"}},
      .head = {{"output.weight", "lm_head.weight"},
               {.ours = "embedding.weight", .theirs = "lm_head.weight", .unless = "output.weight"},
               {"output_bias", "lm_head.bias"},
               {"classifier.weight", "score.weight"}},
      .needless = {"model.layers.{}.self_attn.rotary_emb.inv_freq"}};
  for (const std::string kind : {".weight", ".bias"}) {
    for (const auto& [ours, theirs] : layers) {
      names.body.push_back({"decoder.layer.{}." + (ours + kind), "model.layers.{}." + (theirs + kind)});
    }
    names.body.push_back({"decoder.final_norm" + kind, "model.final_layernorm" + kind});
  }
  return names;
}

}  // namespace

const Family& phi() {
  static const Family kFamily{.model_type = "phi",
                              .presets = {},
                              .defaults = phi_defaults,
                              .activation = "hidden_act",
                              .keys = {{"vocab_size", "vocabulary"},
                                       {"hidden_size", "width"},
                                       {"num_attention_heads", "heads"},
                                       {"num_key_value_heads", "kv_heads"},
                                       {"num_hidden_layers", "decoder_layers"},
                                       {"intermediate_size", "feed_forward"},
                                       {"max_position_embeddings", "max_length"},
                                       {"layer_norm_eps", "norm_epsilon"},
                                       {"qk_layernorm", "query_key_norm"},
                                       {"tie_word_embeddings", "tie_embeddings"},
                                       {"embd_pdrop", "embedding_dropout"},
                                       {"resid_pdrop", "dropout"},
                                       {"attention_dropout", "attention_dropout"}},
                              .heads = {{"PhiForCausalLM", HeadKind::language_model},
                                        {"PhiModel", HeadKind::language_model},
                                        {"PhiForSequenceClassification", HeadKind::classifier}},
                              .read = read_phi,
                              .write = write_phi,
                              .names = phi_names()};
  return kFamily;
}

}  // namespace hodhod::hf
