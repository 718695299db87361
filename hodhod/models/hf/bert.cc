// SPDX-License-Identifier: Apache-2.0
// BERT (Devlin et al. 2019): post-norm encoder, learned positions, segments, and heads for masked tokens,
// labels of a sequence and labels of tokens. RoFormer (Su et al. 2021): the same with rotary positions; the
// pooler has the feed-forward's activation instead of BERT's tanh.
#include <cmath>

#include "hodhod/models/hf/bert_layout.h"
#include "hodhod/models/hf/family.h"

namespace hodhod::hf {
namespace {

TransformerConfig bert_defaults() { return transformer_preset("bert-base"); }

void read_bert(ConfigReader& reader, TransformerConfig&) {
  reader.only("position_embedding_type", "absolute");
}

void write_bert(const TransformerConfig&, Json& json) { json["position_embedding_type"] = "absolute"; }

TransformerConfig roformer_defaults() { return transformer_preset("roformer-base"); }

void read_roformer(ConfigReader& reader, TransformerConfig& c) {
  reader.only("embedding_size", c.width);  // embeddings are not projected to another width
  reader.only("rotary_value", false);
}

void write_roformer(const TransformerConfig& c, Json& json) {
  json["embedding_size"] = c.width;
  json["rotary_value"] = false;
}

// Row t has sin(t / 10000^(2i/D)) in channel i of the first half, and the cosines in the second half.
NamedTensors roformer_constants(const TransformerConfig& c) {
  const int64_t size = c.width / c.heads;
  Tensor table = Tensor::empty({c.max_length, size});
  for (int64_t t = 0; t < c.max_length; ++t) {
    for (int64_t i = 0; i < size / 2; ++i) {
      const double angle = static_cast<double>(t) /
                           std::pow(c.rotary_base, 2.0 * static_cast<double>(i) / static_cast<double>(size));
      table.data<float>()[t * size + i] = static_cast<float>(std::sin(angle));
      table.data<float>()[t * size + size / 2 + i] = static_cast<float>(std::cos(angle));
    }
  }
  return {{"roformer.encoder.embed_positions.weight", table}};
}

const std::vector<NameRule>& masked_language_names() {
  static const std::vector<NameRule> kNames = {
      {"prediction.weight", "cls.predictions.transform.dense.weight"},
      {"prediction.bias", "cls.predictions.transform.dense.bias"},
      {"prediction_norm.weight", "cls.predictions.transform.LayerNorm.weight"},
      {"prediction_norm.bias", "cls.predictions.transform.LayerNorm.bias"},
      {"output.weight", "cls.predictions.decoder.weight"},
      {.ours = "embedding.weight", .theirs = "cls.predictions.decoder.weight", .unless = "output.weight"},
      {.ours = "output_bias", .theirs = "cls.predictions.bias", .zero_if_absent = true},
      {.ours = "output_bias", .theirs = "cls.predictions.decoder.bias", .zero_if_absent = true},
  };
  return kNames;
}

}  // namespace

const std::vector<KeyRule>& bert_keys() {
  static const std::vector<KeyRule> kKeys = {
      {"vocab_size", "vocabulary"},
      {"hidden_size", "width"},
      {"num_attention_heads", "heads"},
      {"num_hidden_layers", "encoder_layers"},
      {"intermediate_size", "feed_forward"},
      {"max_position_embeddings", "max_length"},
      {"type_vocab_size", "token_types"},
      {"layer_norm_eps", "norm_epsilon"},
      {"is_decoder", "causal"},
      {"tie_word_embeddings", "tie_embeddings"},
      {"hidden_dropout_prob", "dropout"},
      {"attention_probs_dropout_prob", "attention_dropout"},
      {"classifier_dropout", "head_dropout"},
  };
  return kKeys;
}

std::vector<NameRule> bert_encoder_names(const std::string& at) {
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
  };
}

std::vector<NameRule> joined(std::vector<NameRule> rules, const std::vector<NameRule>& more) {
  rules.insert(rules.end(), more.begin(), more.end());
  return rules;
}

const Family& bert() {
  static const Family kFamily{
      .model_type = "bert",
      .presets = {"bert-tiny", "bert-small", "bert-base", "bert-large"},
      .defaults = bert_defaults,
      .activation = "hidden_act",
      .keys = bert_keys(),
      .heads = {{"BertForMaskedLM", HeadKind::masked_language_model},
                {"BertForPreTraining", HeadKind::masked_language_model},
                {"BertForSequenceClassification", HeadKind::classifier},
                {"BertForTokenClassification", HeadKind::tagger},
                {"BertForQuestionAnswering", HeadKind::span},
                {"BertModel", HeadKind::none}},
      .read = read_bert,
      .write = write_bert,
      .names = {
          .prefixes = {"bert."},
          .body = joined(bert_encoder_names("bert."),
                         {NameRule{"encoder.position.weight", "bert.embeddings.position_embeddings.weight"}}),
          .head = joined(masked_language_names(), {{"pooler.weight", "bert.pooler.dense.weight"},
                                                   {"pooler.bias", "bert.pooler.dense.bias"},
                                                   {"classifier.weight", "classifier.weight"},
                                                   {"classifier.bias", "classifier.bias"},
                                                   {"span.weight", "qa_outputs.weight"},
                                                   {"span.bias", "qa_outputs.bias"}}),
          // Positions and segments as constants, and the head for next-sentence prediction.
          .needless = {"bert.embeddings.position_ids", "bert.embeddings.token_type_ids",
                       "cls.seq_relationship.weight", "cls.seq_relationship.bias"}}};
  return kFamily;
}

const Family& roformer() {
  static const Family kFamily{
      .model_type = "roformer",
      .presets = {"roformer-tiny", "roformer-small", "roformer-base"},
      .defaults = roformer_defaults,
      .activation = "hidden_act",
      .pooler_activation = std::nullopt,
      .pooler_dropout = true,
      .keys = bert_keys(),
      .heads = {{"RoFormerForMaskedLM", HeadKind::masked_language_model},
                {"RoFormerForSequenceClassification", HeadKind::classifier},
                {"RoFormerForTokenClassification", HeadKind::tagger},
                {"RoFormerForQuestionAnswering", HeadKind::span},
                {"RoFormerModel", HeadKind::none}},
      .read = read_roformer,
      .write = write_roformer,
      .names =
          {.prefixes = {"roformer."},
           .body = bert_encoder_names("roformer."),
           .head = joined(
               masked_language_names(),
               {
                   // The head of a classifier, which alone has a pooler, then that of a tagger.
                   {"pooler.weight", "classifier.dense.weight"},
                   {"pooler.bias", "classifier.dense.bias"},
                   {.ours = "classifier.weight",
                    .theirs = "classifier.out_proj.weight",
                    .only_if = "pooler.weight"},
                   {.ours = "classifier.bias",
                    .theirs = "classifier.out_proj.bias",
                    .only_if = "pooler.weight"},
                   {.ours = "classifier.weight", .theirs = "classifier.weight", .unless = "pooler.weight"},
                   {.ours = "classifier.bias", .theirs = "classifier.bias", .unless = "pooler.weight"},
                   {"span.weight", "qa_outputs.weight"},
                   {"span.bias", "qa_outputs.bias"},
               }),
           .needless = {"roformer.encoder.embed_positions.weight", "roformer.embeddings.position_ids"}},
      .constants = roformer_constants};
  return kFamily;
}

}  // namespace hodhod::hf
