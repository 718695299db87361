// SPDX-License-Identifier: Apache-2.0
// Marian (Junczys-Dowmunt et al. 2018), as implemented in Transformers: the post-norm encoder-decoder of
// "Attention Is All You Need" with sinusoidal positions (sines first, then cosines; not stored).
#include <array>

#include "hodhod/base/error.h"
#include "hodhod/models/hf/family.h"

namespace hodhod::hf {
namespace {

TransformerConfig marian_defaults() {
  TransformerConfig c = transformer_preset("transformer-base");
  c.vocabulary = 58101;
  c.width = 1024;
  c.heads = c.decoder_heads = 16;
  c.encoder_layers = c.decoder_layers = 12;
  c.feed_forward = c.decoder_feed_forward = 4096;
  c.activation = kernels::Activation::gelu;
  c.scale_embedding = false;
  c.output_bias = true;
  c.special.eos = 0;
  c.special.pad = c.special.decoder_start = 58100;
  return c;
}

const std::vector<KeyRule>& marian_keys() {
  static const std::vector<KeyRule> kKeys = {
      {"vocab_size", "vocabulary"},
      {"d_model", "width"},
      {"encoder_attention_heads", "heads"},
      {"decoder_attention_heads", "decoder_heads"},
      {"encoder_layers", "encoder_layers"},
      {"decoder_layers", "decoder_layers"},
      {"encoder_ffn_dim", "feed_forward"},
      {"decoder_ffn_dim", "decoder_feed_forward"},
      {"max_position_embeddings", "max_length"},
      {"scale_embedding", "scale_embedding"},
      {"tie_word_embeddings", "tie_embeddings"},
      {"dropout", "dropout"},
      {"attention_dropout", "attention_dropout"},
      {"activation_dropout", "activation_dropout"},
  };
  return kKeys;
}

void read_marian(ConfigReader& reader, TransformerConfig& c) {
  const int64_t source = c.vocabulary;
  reader.read(std::array{KeyRule{"decoder_vocab_size", "vocabulary"}}, fields_of(c));
  if (!reader.get_or("share_encoder_decoder_embeddings", true)) {
    c.source_vocabulary = source;
  } else {
    check(c.vocabulary == source, "{} is {}, and vocab_size {}; shared embeddings have one size",
          reader.place("decoder_vocab_size"), c.vocabulary, source);
  }
  reader.only("is_encoder_decoder", true);
  reader.only("static_position_embeddings", true);
  for (const char* key : {"normalize_before", "normalize_embedding", "add_final_layer_norm"})
    reader.only(key, false);
  // The number of encoder layers again, and settings of heads that are not for translation.
  for (const char* key : {"num_hidden_layers", "classifier_dropout", "is_decoder"}) reader.find(key);
}

void write_marian(const TransformerConfig& c, Json& json) {
  json["vocab_size"] = c.size_of_source_vocabulary();
  json["decoder_vocab_size"] = c.vocabulary;
  json["share_encoder_decoder_embeddings"] = c.source_vocabulary == 0;
  json["decoder_attention_heads"] = c.sizes_of_decoder().heads;
  json["decoder_ffn_dim"] = c.sizes_of_decoder().feed_forward;
  json["num_hidden_layers"] = c.encoder_layers;
  json["is_encoder_decoder"] = true;
  json["static_position_embeddings"] = true;
  json["normalize_before"] = false;
  if (c.special.eos >= 0) json["forced_eos_token_id"] = c.special.eos;
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

std::vector<NameRule> marian_names() {
  std::vector<NameRule> names = {
      {.ours = "embedding.weight", .theirs = "model.shared.weight", .unless = "source_embedding.weight"},
      {"embedding.weight", "model.decoder.embed_tokens.weight"},
      {.ours = "embedding.weight",
       .theirs = "model.encoder.embed_tokens.weight",
       .unless = "source_embedding.weight"},
      {.ours = "embedding.weight", .theirs = "lm_head.weight", .unless = "output.weight"},
      {"source_embedding.weight", "model.encoder.embed_tokens.weight"},
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

// In Transformers, every Marian model has a bias on the logits.
NamedTensors marian_constants(const TransformerConfig& c) {
  if (c.output_bias) return {};
  return {{"final_logits_bias", Tensor::zeros({1, c.vocabulary})}};
}

}  // namespace

const Family& marian() {
  static const Family kFamily{
      .model_type = "marian",
      .presets = {"tiny", "small", "transformer-base", "transformer-big"},
      .defaults = marian_defaults,
      .activation = "activation_function",
      .keys = marian_keys(),
      .heads = {{"MarianMTModel", HeadKind::language_model}, {"MarianModel", HeadKind::language_model}},
      .read = read_marian,
      .write = write_marian,
      .names = {.body = marian_names(),
                .head = {{"output.weight", "lm_head.weight"},
                         {.ours = "output_bias",
                          .theirs = "final_logits_bias",
                          .layout = Layout::row,
                          .zero_if_absent = true}},
                .needless = {"model.encoder.embed_positions.weight", "model.decoder.embed_positions.weight"}},
      .constants = marian_constants};
  return kFamily;
}

}  // namespace hodhod::hf
