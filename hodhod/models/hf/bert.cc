// SPDX-License-Identifier: Apache-2.0
// BERT (Devlin et al. 2019): post-norm encoder, learned positions, segments, and heads for masked tokens,
// labels of a sequence and labels of tokens. RoFormer (Su et al. 2021): the same with rotary positions, and
// the feed-forward's activation where BERT's pooler has tanh.

#include "hodhod/base/error.h"
#include "hodhod/models/hf/family.h"

namespace hodhod::hf {
namespace {

HeadKind head_of(const Json& json, const std::string& where) {
  const auto names = json_get_or<std::vector<std::string>>(json, "architectures", {}, where);
  const std::string_view name = names.empty() ? std::string_view() : names[0];
  if (name.ends_with("ForSequenceClassification")) return HeadKind::classifier;
  if (name.ends_with("ForTokenClassification")) return HeadKind::tagger;
  if (name.ends_with("Model")) return HeadKind::none;
  return HeadKind::language_model;
}

// What the two have in common.
TransformerConfig read_encoder(const Json& json, const std::string& where, TransformerConfig c) {
  c.vocabulary = json_get_or<int64_t>(json, "vocab_size", c.vocabulary, where);
  c.width = json_get_or<int64_t>(json, "hidden_size", 768, where);
  c.heads = json_get_or<int64_t>(json, "num_attention_heads", 12, where);
  c.encoder_layers = json_get_or<int64_t>(json, "num_hidden_layers", 12, where);
  c.feed_forward = json_get_or<int64_t>(json, "intermediate_size", 3072, where);
  c.max_length = json_get_or<int64_t>(json, "max_position_embeddings", c.max_length, where);
  c.token_types = json_get_or<int64_t>(json, "type_vocab_size", 2, where);
  c.norm_epsilon = json_get_or<double>(json, "layer_norm_eps", 1e-12, where);
  c.activation = kernels::activation_named(json_get_or<std::string>(json, "hidden_act", "gelu", where));
  c.dropout = json_get_or<double>(json, "hidden_dropout_prob", 0.1, where);
  c.attention_dropout = json_get_or<double>(json, "attention_probs_dropout_prob", 0.1, where);
  c.tie_embeddings = json_get_or<bool>(json, "tie_word_embeddings", true, where);
  c.pad = json_get_or<int64_t>(json, "pad_token_id", 0, where);
  c.head = head_of(json, where);
  if (const Json* labels = json_find(json, "id2label"); labels && labels->is_object()) {
    c.labels = static_cast<int64_t>(labels->size());
  } else {
    c.labels = json_get_or<int64_t>(json, "num_labels", 2, where);
  }
  if (c.head == HeadKind::language_model || c.head == HeadKind::none) c.labels = 0;
  return c;
}

void write_encoder(const TransformerConfig& c, const std::string& prefix, Json& json) {
  const char* head = c.head == HeadKind::classifier ? "ForSequenceClassification"
                     : c.head == HeadKind::tagger   ? "ForTokenClassification"
                     : c.head == HeadKind::none     ? "Model"
                                                    : "ForMaskedLM";
  json["architectures"] = {prefix + head};
  json["vocab_size"] = c.vocabulary;
  json["hidden_size"] = c.width;
  json["num_attention_heads"] = c.heads;
  json["num_hidden_layers"] = c.encoder_layers;
  json["intermediate_size"] = c.feed_forward;
  json["max_position_embeddings"] = c.max_length;
  json["type_vocab_size"] = c.token_types;
  json["layer_norm_eps"] = c.norm_epsilon;
  json["hidden_act"] = kernels::name_of(c.activation);
  json["hidden_dropout_prob"] = c.dropout;
  json["attention_probs_dropout_prob"] = c.attention_dropout;
  json["tie_word_embeddings"] = c.tie_embeddings;
  for (int64_t i = 0; i < c.labels; ++i) json["id2label"][std::to_string(i)] = "LABEL_" + std::to_string(i);
}

bool fits_encoder(const TransformerConfig& c) {
  return c.shape == TransformerShape::encoder && c.norm_placement == NormPlacement::post &&
         c.norm == NormKind::kLayer && !c.final_norm && !c.gated && c.embedding_norm && c.attention_bias &&
         c.feed_forward_bias && c.key_value_heads() == c.heads && c.size_of_head() * c.heads == c.width &&
         c.window == 0 && !c.scale_embedding;
}

TransformerConfig read_bert(const Json& json, const std::string& where) {
  const auto positions = json_get_or<std::string>(json, "position_embedding_type", "absolute", where);
  check(positions == "absolute", "{}: position_embedding_type '{}'; absolute ones are known", where,
        positions);
  return read_encoder(json, where, transformer_preset("bert-base"));
}

void write_bert(const TransformerConfig& c, Json& json) {
  write_encoder(c, "Bert", json);
  json["model_type"] = "bert";
  json["position_embedding_type"] = "absolute";
}

bool fits_bert(const TransformerConfig& c) {
  return fits_encoder(c) && c.positions == PositionKind::learned &&
         c.pooler_activation == kernels::Activation::kTanh;
}

TransformerConfig read_roformer(const Json& json, const std::string& where) {
  TransformerConfig c = read_encoder(json, where, transformer_preset("roformer-base"));
  c.pooler_activation = c.activation;
  const Json* embedding = json_find(json, "embedding_size");
  const int64_t width =
      embedding && !embedding->is_null() ? json_get<int64_t>(json, "embedding_size", where) : c.width;
  check(width == c.width,
        "{}: embedding_size {} is not hidden_size {}; models that project their embeddings "
        "are not known",
        where, width, c.width);
  check(!json_get_or<bool>(json, "rotary_value", false, where),
        "{}: rotary_value is true; models that turn values too are not known", where);
  return c;
}

void write_roformer(const TransformerConfig& c, Json& json) {
  write_encoder(c, "RoFormer", json);
  json["model_type"] = "roformer";
  json["embedding_size"] = c.width;
  json["rotary_value"] = false;
}

bool fits_roformer(const TransformerConfig& c) {
  return fits_encoder(c) && c.positions == PositionKind::rotary && c.rotary_interleaved &&
         c.rotary_base == 10000 && c.rotary_scaling == RotaryScaling::none &&
         c.pooler_activation == c.activation;
}

// With the prefix of the encoder's own names ("bert.").
std::vector<NameRule> encoder_names(const std::string& at) {
  return {
      {"embedding.weight", at + "embeddings.word_embeddings.weight"},
      {"encoder.token_type.weight", at + "embeddings.token_type_embeddings.weight"},
      {"encoder.embedding_norm.weight", at + "embeddings.LayerNorm.weight"},
      {"encoder.embedding_norm.bias", at + "embeddings.LayerNorm.bias"},
      {"encoder.layer.{}.self_attention.query.weight", at + "encoder.layer.{}.attention.self.query.weight"},
      {"encoder.layer.{}.self_attention.query.bias", at + "encoder.layer.{}.attention.self.query.bias"},
      {"encoder.layer.{}.self_attention.key.weight", at + "encoder.layer.{}.attention.self.key.weight"},
      {"encoder.layer.{}.self_attention.key.bias", at + "encoder.layer.{}.attention.self.key.bias"},
      {"encoder.layer.{}.self_attention.value.weight", at + "encoder.layer.{}.attention.self.value.weight"},
      {"encoder.layer.{}.self_attention.value.bias", at + "encoder.layer.{}.attention.self.value.bias"},
      {"encoder.layer.{}.self_attention.output.weight",
       at + "encoder.layer.{}.attention.output.dense.weight"},
      {"encoder.layer.{}.self_attention.output.bias", at + "encoder.layer.{}.attention.output.dense.bias"},
      {"encoder.layer.{}.self_attention_norm.weight",
       at + "encoder.layer.{}.attention.output.LayerNorm.weight"},
      {"encoder.layer.{}.self_attention_norm.bias", at + "encoder.layer.{}.attention.output.LayerNorm.bias"},
      {"encoder.layer.{}.feed_forward.up.weight", at + "encoder.layer.{}.intermediate.dense.weight"},
      {"encoder.layer.{}.feed_forward.up.bias", at + "encoder.layer.{}.intermediate.dense.bias"},
      {"encoder.layer.{}.feed_forward.down.weight", at + "encoder.layer.{}.output.dense.weight"},
      {"encoder.layer.{}.feed_forward.down.bias", at + "encoder.layer.{}.output.dense.bias"},
      {"encoder.layer.{}.feed_forward_norm.weight", at + "encoder.layer.{}.output.LayerNorm.weight"},
      {"encoder.layer.{}.feed_forward_norm.bias", at + "encoder.layer.{}.output.LayerNorm.bias"},
      {"prediction.weight", "cls.predictions.transform.dense.weight"},
      {"prediction.bias", "cls.predictions.transform.dense.bias"},
      {"prediction_norm.weight", "cls.predictions.transform.LayerNorm.weight"},
      {"prediction_norm.bias", "cls.predictions.transform.LayerNorm.bias"},
      {"output.weight", "cls.predictions.decoder.weight"},
      {"output_bias", "cls.predictions.bias"},
  };
}

std::vector<NameRule> joined(std::vector<NameRule> rules, const std::vector<NameRule>& more) {
  rules.insert(rules.end(), more.begin(), more.end());
  return rules;
}

}  // namespace

const Family& bert() {
  static const Family kFamily{
      "bert",
      {"bert."},
      joined(encoder_names("bert."),
             {
                 {"encoder.position.weight", "bert.embeddings.position_embeddings.weight"},
                 {"pooler.weight", "bert.pooler.dense.weight"},
                 {"pooler.bias", "bert.pooler.dense.bias"},
                 {"classifier.weight", "classifier.weight"},
                 {"classifier.bias", "classifier.bias"},
             }),
      read_bert,
      write_bert,
      fits_bert};
  return kFamily;
}

const Family& roformer() {
  static const Family kFamily{
      "roformer",
      {"roformer."},
      joined(
          encoder_names("roformer."),
          {
              // Of a classifier, which alone has a pooler, and of a tagger.
              {"pooler.weight", "classifier.dense.weight"},
              {"pooler.bias", "classifier.dense.bias"},
              {.ours = "classifier.weight",
               .theirs = "classifier.out_proj.weight",
               .only_if = "pooler.weight"},
              {.ours = "classifier.bias", .theirs = "classifier.out_proj.bias", .only_if = "pooler.weight"},
              {.ours = "classifier.weight", .theirs = "classifier.weight", .unless = "pooler.weight"},
              {.ours = "classifier.bias", .theirs = "classifier.bias", .unless = "pooler.weight"},
          }),
      read_roformer,
      write_roformer,
      fits_roformer};
  return kFamily;
}

}  // namespace hodhod::hf
