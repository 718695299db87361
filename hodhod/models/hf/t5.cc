// SPDX-License-Identifier: Apache-2.0
// T5 (Raffel et al. 2020): pre-norm encoder-decoder with RMS norms, without biases, whose scores are not
// divided by √D; each stack has one table of relative positions for all of its layers. T5 1.1 and mT5 (Xue
// et al. 2021) have a gated feed-forward network and an output layer of their own.
#include <array>
#include <string>

#include "hodhod/models/hf/family.h"

namespace hodhod::hf {
namespace {

using kernels::Activation;

// Relative positions put no limit on a text's length.
constexpr int64_t kUnlimitedLength = 1 << 20;
constexpr std::string_view kGatedPrefix = "gated-";

TransformerConfig t5_defaults() {
  TransformerConfig c = transformer_preset("t5-small");
  c.max_length = kUnlimitedLength;
  return c;
}

TransformerConfig mt5_defaults() {
  TransformerConfig c = transformer_preset("mt5-small");
  c.max_length = kUnlimitedLength;
  return c;
}

// "relu", "gated-gelu": whether there is a gate, and the activation, unless "dense_act_fn" names it. Gated,
// "gelu" is the form with tanh.
void read_feed_forward(ConfigReader& reader, TransformerConfig& c) {
  constexpr const char* kKey = "feed_forward_proj";
  if (const auto said = reader.get_or<std::string>(kKey, ""); !said.empty()) {
    c.gated = said.starts_with(kGatedPrefix);
    const std::string name = c.gated ? said.substr(kGatedPrefix.size()) : said;
    const Activation activation =
        c.gated && name == "gelu" ? Activation::gelu_tanh : reader.activation_named(kKey, name);
    if (reader.find("dense_act_fn") == nullptr) c.activation = activation;
  }
  c.gated = reader.get_or("is_gated_act", c.gated);
}

void read_t5(ConfigReader& reader, TransformerConfig& c) {
  read_feed_forward(reader, c);
  // One rate of dropout for everything.
  if (!reader.mentions("attention_dropout")) c.attention_dropout = c.dropout;
  if (!reader.mentions("activation_dropout")) c.activation_dropout = c.dropout;
  c.decoder_layers = c.encoder_layers;
  reader.read(
      std::to_array<KeyRule>({{"num_decoder_layers", "decoder_layers"}, {"n_positions", "max_length"}}),
      fields_of(c));
  if (c.has_decoder()) {
    reader.only("is_encoder_decoder", true);
  } else {
    reader.find("is_encoder_decoder");  // an encoder alone may say either
    c.decoder_layers = 0;
  }
  reader.find("classifier_dropout");  // of a head that is not known here
}

void write_t5(const TransformerConfig& c, Json& json) {
  json["d_kv"] = c.size_of_head();
  if (c.has_decoder()) json["num_decoder_layers"] = c.decoder_layers;
  if (c.max_length != kUnlimitedLength) json["n_positions"] = c.max_length;
  const auto activation = c.gated && c.activation == Activation::gelu_tanh
                              ? std::string("gelu")
                              : std::string(kernels::name_of(c.activation));
  json["feed_forward_proj"] = (c.gated ? std::string(kGatedPrefix) : "") + activation;
  json["is_gated_act"] = c.gated;
  json["is_encoder_decoder"] = true;
}

void add_t5_attention(std::vector<NameRule>& names, const std::string& ours, const std::string& theirs) {
  names.push_back({ours + ".query.weight", theirs + ".q.weight"});
  names.push_back({ours + ".key.weight", theirs + ".k.weight"});
  names.push_back({ours + ".value.weight", theirs + ".v.weight"});
  names.push_back({ours + ".output.weight", theirs + ".o.weight"});
}

// The sub-layers of a block are numbered: the feed-forward network is the second of an encoder's and the
// third of a decoder's.
void add_t5_stack(std::vector<NameRule>& names, const std::string& stack) {
  const bool decodes = stack == "decoder";
  const std::string ours = stack + ".layer.{}.", theirs = stack + ".block.{}.layer.";
  const std::string last = theirs + (decodes ? "2." : "1."), up = ours + "feed_forward.up.weight";
  // A gate is in every layer or in none.
  const std::string gate = stack + ".layer.0.feed_forward.gate.weight";
  add_t5_attention(names, ours + "self_attention", theirs + "0.SelfAttention");
  names.push_back({ours + "self_attention_norm.weight", theirs + "0.layer_norm.weight"});
  names.push_back(
      {stack + ".relative.weight", stack + ".block.0.layer.0.SelfAttention.relative_attention_bias.weight"});
  if (decodes) {
    add_t5_attention(names, ours + "cross_attention", theirs + "1.EncDecAttention");
    names.push_back({ours + "cross_attention_norm.weight", theirs + "1.layer_norm.weight"});
  }
  names.push_back({.ours = up, .theirs = last + "DenseReluDense.wi.weight", .unless = gate});
  names.push_back({.ours = up, .theirs = last + "DenseReluDense.wi_1.weight", .only_if = gate});
  names.push_back({ours + "feed_forward.gate.weight", last + "DenseReluDense.wi_0.weight"});
  names.push_back({ours + "feed_forward.down.weight", last + "DenseReluDense.wo.weight"});
  names.push_back({ours + "feed_forward_norm.weight", last + "layer_norm.weight"});
  names.push_back({stack + ".final_norm.weight", stack + ".final_layer_norm.weight"});
}

TensorNames t5_names() {
  std::vector<NameRule> names = {
      {"embedding.weight", "shared.weight"},
      {"embedding.weight", "encoder.embed_tokens.weight"},
      {"embedding.weight", "decoder.embed_tokens.weight"},
      {.ours = "embedding.weight", .theirs = "lm_head.weight", .unless = "output.weight"},
  };
  add_t5_stack(names, "encoder");
  add_t5_stack(names, "decoder");
  return {.body = names,
          .head = {{"output.weight", "lm_head.weight"}},
          .needless = {"decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight"}};
}

const std::vector<KeyRule>& t5_keys() {
  static const std::vector<KeyRule> kKeys = {
      {"vocab_size", "vocabulary"},
      {"d_model", "width"},
      {"d_kv", "head_size"},
      {"d_ff", "feed_forward"},
      {"num_layers", "encoder_layers"},
      {"num_heads", "heads"},
      {"relative_attention_num_buckets", "relative_buckets"},
      {"relative_attention_max_distance", "relative_distance"},
      {"layer_norm_epsilon", "norm_epsilon"},
      {"tie_word_embeddings", "tie_embeddings"},
      {"dropout_rate", "dropout"},
  };
  return kKeys;
}

}  // namespace

const Family& t5() {
  static const Family kFamily{.model_type = "t5",
                              .presets = {"t5-small", "t5-base"},
                              .defaults = t5_defaults,
                              .activation = "dense_act_fn",
                              .keys = t5_keys(),
                              .heads = {{"T5ForConditionalGeneration", HeadKind::language_model},
                                        {"T5Model", HeadKind::language_model},
                                        {"T5EncoderModel", HeadKind::none, TransformerShape::encoder},
                                        {"T5WithLMHeadModel", HeadKind::language_model}},  // its old name
                              .read = read_t5,
                              .write = write_t5,
                              .names = t5_names()};
  return kFamily;
}

const Family& mt5() {
  static const Family kFamily{.model_type = "mt5",
                              .presets = {"mt5-small"},
                              .defaults = mt5_defaults,
                              .activation = "dense_act_fn",
                              .keys = t5_keys(),
                              .heads = {{"MT5ForConditionalGeneration", HeadKind::language_model},
                                        {"MT5Model", HeadKind::language_model},
                                        {"MT5EncoderModel", HeadKind::none, TransformerShape::encoder}},
                              .read = read_t5,
                              .write = write_t5,
                              .names = t5_names()};
  return kFamily;
}

}  // namespace hodhod::hf
