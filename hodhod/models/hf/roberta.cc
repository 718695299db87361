// SPDX-License-Identifier: Apache-2.0
// RoBERTa (Liu et al. 2019): BERT without its pooler, whose positions are counted from the number of the
// padding token + 1. XLM-RoBERTa (Conneau et al. 2020) is the same in a hundred languages.
#include <algorithm>
#include <string>

#include "hodhod/base/error.h"
#include "hodhod/models/hf/bert_layout.h"
#include "hodhod/models/hf/family.h"

namespace hodhod::hf {
namespace {

constexpr int64_t kUsualPad = 1;

TransformerConfig roberta_defaults() {
  TransformerConfig c = transformer_preset("bert-base");
  c.vocabulary = 50265;
  c.special.bos = 0;
  c.special.pad = kUsualPad;
  c.special.eos = 2;
  c.position_offset = kUsualPad + 1;
  return c;
}

// "max_position_embeddings" counts the rows of the table, of which those up to the padding token's are not
// positions of tokens.
void read_roberta(ConfigReader& reader, TransformerConfig& c) {
  reader.only("position_embedding_type", "absolute");
  reader.only("hidden_act", "gelu");  // which the head for masked tokens has in any case
  c.position_offset = reader.get_or<int64_t>("pad_token_id", kUsualPad) + 1;
  const auto rows = reader.get_or<int64_t>("max_position_embeddings", 512);
  check(c.position_offset >= 0 && rows > c.position_offset,
        "{}: {} rows leave none for tokens, since those up to the padding token {} are not positions",
        reader.place("max_position_embeddings"), rows, c.position_offset - 1);
  c.max_length = rows - c.position_offset;
}

void write_roberta(const TransformerConfig& c, Json& json) {
  json["position_embedding_type"] = "absolute";
  json["max_position_embeddings"] = c.max_length + c.position_offset;
}

std::vector<KeyRule> roberta_keys() {
  std::vector<KeyRule> keys = bert_keys();
  std::erase_if(keys, [](const KeyRule& key) { return key.theirs == "max_position_embeddings"; });
  return keys;
}

TensorNames roberta_names() {
  return {
      .prefixes = {"roberta."},
      .body = joined(bert_encoder_names("roberta."),
                     {{"encoder.position.weight", "roberta.embeddings.position_embeddings.weight"}}),
      .head =
          {
              {"prediction.weight", "lm_head.dense.weight"},
              {"prediction.bias", "lm_head.dense.bias"},
              {"prediction_norm.weight", "lm_head.layer_norm.weight"},
              {"prediction_norm.bias", "lm_head.layer_norm.bias"},
              {"output.weight", "lm_head.decoder.weight"},
              {.ours = "embedding.weight", .theirs = "lm_head.decoder.weight", .unless = "output.weight"},
              {.ours = "output_bias", .theirs = "lm_head.bias", .zero_if_absent = true},
              {.ours = "output_bias", .theirs = "lm_head.decoder.bias", .zero_if_absent = true},
              // The head of a classifier, which alone has a pooler, then that of a tagger.
              {"pooler.weight", "classifier.dense.weight"},
              {"pooler.bias", "classifier.dense.bias"},
              {.ours = "classifier.weight",
               .theirs = "classifier.out_proj.weight",
               .only_if = "pooler.weight"},
              {.ours = "classifier.bias", .theirs = "classifier.out_proj.bias", .only_if = "pooler.weight"},
              {.ours = "classifier.weight", .theirs = "classifier.weight", .unless = "pooler.weight"},
              {.ours = "classifier.bias", .theirs = "classifier.bias", .unless = "pooler.weight"},
          },
      .needless = {"roberta.embeddings.position_ids", "roberta.embeddings.token_type_ids",
                   "roberta.pooler.dense.weight", "roberta.pooler.dense.bias"}};
}

}  // namespace

const Family& roberta() {
  static const Family kFamily{.model_type = "roberta",
                              .presets = {},
                              .defaults = roberta_defaults,
                              .activation = "hidden_act",
                              .keys = roberta_keys(),
                              .heads = {{"RobertaForMaskedLM", HeadKind::masked_language_model},
                                        {"RobertaForSequenceClassification", HeadKind::classifier},
                                        {"RobertaForTokenClassification", HeadKind::tagger},
                                        {"RobertaModel", HeadKind::none}},
                              .read = read_roberta,
                              .write = write_roberta,
                              .names = roberta_names()};
  return kFamily;
}

const Family& xlm_roberta() {
  static const Family kFamily{.model_type = "xlm-roberta",
                              .presets = {},
                              .defaults = roberta_defaults,
                              .activation = "hidden_act",
                              .keys = roberta_keys(),
                              .heads = {{"XLMRobertaForMaskedLM", HeadKind::masked_language_model},
                                        {"XLMRobertaForSequenceClassification", HeadKind::classifier},
                                        {"XLMRobertaForTokenClassification", HeadKind::tagger},
                                        {"XLMRobertaModel", HeadKind::none}},
                              .read = read_roberta,
                              .write = write_roberta,
                              .names = roberta_names()};
  return kFamily;
}

}  // namespace hodhod::hf
