// SPDX-License-Identifier: Apache-2.0
// GPT-2 (Radford et al. 2019): pre-norm decoder, learned positions. Matrices are stored as [in, out]; query,
// key and value are packed into one.
#include "hodhod/models/hf/family.h"

namespace hodhod::hf {
namespace {

TransformerConfig gpt2_defaults() {
  TransformerConfig c = transformer_preset("gpt2");
  c.embedding_dropout = 0.1;
  c.special.bos = c.special.eos = 50256;
  c.special.pad = -1;
  return c;
}

const std::vector<KeyRule>& gpt2_keys() {
  static const std::vector<KeyRule> kKeys = {
      {"vocab_size", "vocabulary"},
      {"n_embd", "width"},
      {"n_head", "heads"},
      {"n_layer", "decoder_layers"},
      {"n_inner", "feed_forward"},
      {"n_positions", "max_length"},
      {"layer_norm_epsilon", "norm_epsilon"},
      {"scale_attn_weights", "scale_scores"},
      {"scale_attn_by_inverse_layer_idx", "scale_scores_by_layer"},
      {"tie_word_embeddings", "tie_embeddings"},
      {"embd_pdrop", "embedding_dropout"},
      {"resid_pdrop", "dropout"},
      {"attn_pdrop", "attention_dropout"},
  };
  return kKeys;
}

void read_gpt2(ConfigReader& reader, TransformerConfig& c) {
  if (reader.find("n_inner") == nullptr) c.feed_forward = 4 * c.width;
  if (c.embedding_dropout == c.dropout) c.embedding_dropout.reset();
  reader.find("is_decoder");
}

void write_gpt2(const TransformerConfig& c, Json& json) {
  json["embd_pdrop"] = c.embedding_dropout.value_or(c.dropout);
}

}  // namespace

const Family& gpt2() {
  constexpr Layout kTurned = Layout::transposed;
  static const Family kFamily{
      .model_type = "gpt2",
      .presets = {"gpt-tiny", "gpt-small", "gpt2", "gpt2-medium", "gpt2-large", "gpt2-xl", "gpt3"},
      .defaults = gpt2_defaults,
      .activation = "activation_function",
      .keys = gpt2_keys(),
      .heads = {{"GPT2LMHeadModel", HeadKind::language_model},
                {"GPT2Model", HeadKind::language_model},
                {"GPT2ForSequenceClassification", HeadKind::classifier},
                {"GPT2DoubleHeadsModel", HeadKind::language_model}},
      .read = read_gpt2,
      .write = write_gpt2,
      .names = {
          .prefixes = {"transformer."},
          .body =
              {
                  {"embedding.weight", "transformer.wte.weight"},
                  {"decoder.position.weight", "transformer.wpe.weight"},
                  {"decoder.layer.{}.self_attention_norm.weight", "transformer.h.{}.ln_1.weight"},
                  {"decoder.layer.{}.self_attention_norm.bias", "transformer.h.{}.ln_1.bias"},
                  {"decoder.layer.{}.self_attention.query.weight", "transformer.h.{}.attn.c_attn.weight",
                   kTurned, 0, 3},
                  {"decoder.layer.{}.self_attention.key.weight", "transformer.h.{}.attn.c_attn.weight",
                   kTurned, 1, 3},
                  {"decoder.layer.{}.self_attention.value.weight", "transformer.h.{}.attn.c_attn.weight",
                   kTurned, 2, 3},
                  {"decoder.layer.{}.self_attention.query.bias", "transformer.h.{}.attn.c_attn.bias",
                   Layout::same, 0, 3},
                  {"decoder.layer.{}.self_attention.key.bias", "transformer.h.{}.attn.c_attn.bias",
                   Layout::same, 1, 3},
                  {"decoder.layer.{}.self_attention.value.bias", "transformer.h.{}.attn.c_attn.bias",
                   Layout::same, 2, 3},
                  {"decoder.layer.{}.self_attention.output.weight", "transformer.h.{}.attn.c_proj.weight",
                   kTurned},
                  {"decoder.layer.{}.self_attention.output.bias", "transformer.h.{}.attn.c_proj.bias"},
                  {"decoder.layer.{}.feed_forward_norm.weight", "transformer.h.{}.ln_2.weight"},
                  {"decoder.layer.{}.feed_forward_norm.bias", "transformer.h.{}.ln_2.bias"},
                  {"decoder.layer.{}.feed_forward.up.weight", "transformer.h.{}.mlp.c_fc.weight", kTurned},
                  {"decoder.layer.{}.feed_forward.up.bias", "transformer.h.{}.mlp.c_fc.bias"},
                  {"decoder.layer.{}.feed_forward.down.weight", "transformer.h.{}.mlp.c_proj.weight",
                   kTurned},
                  {"decoder.layer.{}.feed_forward.down.bias", "transformer.h.{}.mlp.c_proj.bias"},
                  {"decoder.final_norm.weight", "transformer.ln_f.weight"},
                  {"decoder.final_norm.bias", "transformer.ln_f.bias"},
              },
          .head = {{"output.weight", "lm_head.weight"},
                   {.ours = "embedding.weight", .theirs = "lm_head.weight", .unless = "output.weight"},
                   {"classifier.weight", "score.weight"}},
          .needless = {"transformer.h.{}.attn.bias", "transformer.h.{}.attn.masked_bias"}}};
  return kFamily;
}

}  // namespace hodhod::hf
