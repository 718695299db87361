// SPDX-License-Identifier: Apache-2.0
// BERT (Devlin et al. 2019): post-norm encoder, learned positions, segments, and heads for masked tokens,
// labels of a sequence and labels of tokens.
#include <nlohmann/json.hpp>

#include "hodhod/models/hf/family.h"

namespace hodhod::hf {
namespace {

HeadKind head_of(const Json& json, const std::string& where) {
  const auto names = json_get_or<std::vector<std::string>>(json, "architectures", {}, where);
  const std::string name = names.empty() ? "" : names[0];
  if (name == "BertForSequenceClassification") return HeadKind::classifier;
  if (name == "BertForTokenClassification") return HeadKind::tagger;
  if (name == "BertModel") return HeadKind::none;
  return HeadKind::language_model;
}

TransformerConfig read_config(const Json& json, const std::string& where) {
  TransformerConfig c = transformer_preset("bert-base");
  c.vocabulary = json_get_or<int64_t>(json, "vocab_size", 30522, where);
  c.width = json_get_or<int64_t>(json, "hidden_size", 768, where);
  c.heads = json_get_or<int64_t>(json, "num_attention_heads", 12, where);
  c.encoder_layers = json_get_or<int64_t>(json, "num_hidden_layers", 12, where);
  c.feed_forward = json_get_or<int64_t>(json, "intermediate_size", 3072, where);
  c.max_length = json_get_or<int64_t>(json, "max_position_embeddings", 512, where);
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

void write_config(const TransformerConfig& c, Json& json) {
  const char* architecture = c.head == HeadKind::classifier ? "BertForSequenceClassification"
                             : c.head == HeadKind::tagger   ? "BertForTokenClassification"
                             : c.head == HeadKind::none     ? "BertModel"
                                                            : "BertForMaskedLM";
  json["architectures"] = {architecture};
  json["model_type"] = "bert";
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
  json["position_embedding_type"] = "absolute";
  json["tie_word_embeddings"] = c.tie_embeddings;
  for (int64_t i = 0; i < c.labels; ++i) json["id2label"][std::to_string(i)] = "LABEL_" + std::to_string(i);
}

bool fits(const TransformerConfig& c) {
  return c.shape == TransformerShape::encoder && c.norm_placement == NormPlacement::post &&
         c.norm == NormKind::kLayer && !c.final_norm && c.positions == PositionKind::learned && !c.gated &&
         c.embedding_norm && c.attention_bias && c.feed_forward_bias && c.key_value_heads() == c.heads &&
         c.window == 0 && !c.scale_embedding;
}

}  // namespace

const Family& bert() {
  static const Family kFamily{
      "bert",
      {"bert."},
      {
          {"embedding.weight", "bert.embeddings.word_embeddings.weight"},
          {"encoder.position.weight", "bert.embeddings.position_embeddings.weight"},
          {"encoder.token_type.weight", "bert.embeddings.token_type_embeddings.weight"},
          {"encoder.embedding_norm.weight", "bert.embeddings.LayerNorm.weight"},
          {"encoder.embedding_norm.bias", "bert.embeddings.LayerNorm.bias"},
          {"encoder.layer.{}.self_attention.query.weight",
           "bert.encoder.layer.{}.attention.self.query.weight"},
          {"encoder.layer.{}.self_attention.query.bias", "bert.encoder.layer.{}.attention.self.query.bias"},
          {"encoder.layer.{}.self_attention.key.weight", "bert.encoder.layer.{}.attention.self.key.weight"},
          {"encoder.layer.{}.self_attention.key.bias", "bert.encoder.layer.{}.attention.self.key.bias"},
          {"encoder.layer.{}.self_attention.value.weight",
           "bert.encoder.layer.{}.attention.self.value.weight"},
          {"encoder.layer.{}.self_attention.value.bias", "bert.encoder.layer.{}.attention.self.value.bias"},
          {"encoder.layer.{}.self_attention.output.weight",
           "bert.encoder.layer.{}.attention.output.dense.weight"},
          {"encoder.layer.{}.self_attention.output.bias",
           "bert.encoder.layer.{}.attention.output.dense.bias"},
          {"encoder.layer.{}.self_attention_norm.weight",
           "bert.encoder.layer.{}.attention.output.LayerNorm.weight"},
          {"encoder.layer.{}.self_attention_norm.bias",
           "bert.encoder.layer.{}.attention.output.LayerNorm.bias"},
          {"encoder.layer.{}.feed_forward.up.weight", "bert.encoder.layer.{}.intermediate.dense.weight"},
          {"encoder.layer.{}.feed_forward.up.bias", "bert.encoder.layer.{}.intermediate.dense.bias"},
          {"encoder.layer.{}.feed_forward.down.weight", "bert.encoder.layer.{}.output.dense.weight"},
          {"encoder.layer.{}.feed_forward.down.bias", "bert.encoder.layer.{}.output.dense.bias"},
          {"encoder.layer.{}.feed_forward_norm.weight", "bert.encoder.layer.{}.output.LayerNorm.weight"},
          {"encoder.layer.{}.feed_forward_norm.bias", "bert.encoder.layer.{}.output.LayerNorm.bias"},
          {"pooler.weight", "bert.pooler.dense.weight"},
          {"pooler.bias", "bert.pooler.dense.bias"},
          {"prediction.weight", "cls.predictions.transform.dense.weight"},
          {"prediction.bias", "cls.predictions.transform.dense.bias"},
          {"prediction_norm.weight", "cls.predictions.transform.LayerNorm.weight"},
          {"prediction_norm.bias", "cls.predictions.transform.LayerNorm.bias"},
          {"output.weight", "cls.predictions.decoder.weight"},
          {"output_bias", "cls.predictions.bias"},
          {"classifier.weight", "classifier.weight"},
          {"classifier.bias", "classifier.bias"},
      },
      read_config,
      write_config,
      fits};
  return kFamily;
}

}  // namespace hodhod::hf
