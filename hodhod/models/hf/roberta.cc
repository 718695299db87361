// SPDX-License-Identifier: Apache-2.0
// RoBERTa (Liu et al. 2019): BERT without its pooler, whose positions are counted from the number of the
// padding token + 1. XLM-RoBERTa (Conneau et al. 2020) is the same in a hundred languages.
#include "hodhod/models/hf/family.h"
#include "hodhod/models/hf/roberta_layout.h"

namespace hodhod::hf {
namespace {

TransformerConfig roberta_defaults() {
  TransformerConfig c = transformer_preset("bert-base");
  c.vocabulary = 50265;
  c.special.bos = 0;
  c.special.pad = 1;
  c.special.eos = 2;
  c.position_offset = 2;
  return c;
}

}  // namespace

const Family& roberta() {
  static const Family kFamily{.model_type = "roberta",
                              .presets = {},
                              .defaults = roberta_defaults,
                              .activation = "hidden_act",
                              .pooler_dropout = true,
                              .keys = roberta_keys(),
                              .heads = {{"RobertaForMaskedLM", HeadKind::masked_language_model},
                                        {"RobertaForSequenceClassification", HeadKind::classifier},
                                        {"RobertaForTokenClassification", HeadKind::tagger},
                                        {"RobertaForQuestionAnswering", HeadKind::span},
                                        {"RobertaModel", HeadKind::none}},
                              .read = read_roberta,
                              .write = write_roberta,
                              .names = roberta_names("roberta.")};
  return kFamily;
}

const Family& xlm_roberta() {
  static const Family kFamily{.model_type = "xlm-roberta",
                              .presets = {},
                              .defaults = roberta_defaults,
                              .activation = "hidden_act",
                              .pooler_dropout = true,
                              .keys = roberta_keys(),
                              .heads = {{"XLMRobertaForMaskedLM", HeadKind::masked_language_model},
                                        {"XLMRobertaForSequenceClassification", HeadKind::classifier},
                                        {"XLMRobertaForTokenClassification", HeadKind::tagger},
                                        {"XLMRobertaForQuestionAnswering", HeadKind::span},
                                        {"XLMRobertaModel", HeadKind::none}},
                              .read = read_roberta,
                              .write = write_roberta,
                              .names = roberta_names("roberta.")};
  return kFamily;
}

}  // namespace hodhod::hf
