// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/config_json.h"

#include <gmock/gmock.h>

#include <string>
#include <utility>
#include <vector>

#include "hodhod/base/testing.h"
#include "hodhod/models/hf/family.h"

namespace hodhod {
namespace {

// A config.json from another program: unknown options, and other spellings.
Json foreign_llama() {
  return parse_json(R"({
    "_name_or_path": "somewhere/else", "architectures": ["LlamaForCausalLM"], "model_type": "llama",
    "eos_token_id": 7, "bos_token_id": 5, "pad_token_id": null,
    "hidden_size": 24, "intermediate_size": 40, "num_attention_heads": 4, "num_hidden_layers": 2,
    "max_position_embeddings": 64, "vocab_size": 61, "rope_theta": 500000.0, "rope_scaling": null,
    "attention_dropout": 0.0, "classifier_dropout": 0.25, "initializer_range": 0.02, "pretraining_tp": 1,
    "torch_dtype": "bfloat16", "transformers_version": "4.44.2", "use_cache": true,
    "task_specific_params": {"text-generation": {"max_length": 50}}, "my_own_key": [1, {"two": 3}]})",
                    "config.json");
}

TransformerModelConfig read(const Json& json) {
  std::vector<std::string> warnings;
  return hf::read_config(hf::llama(), json, "config.json", warnings);
}

TEST(ConfigJson, WhatDidNotChangeStaysAsItIsWritten) {
  const Json origin = foreign_llama();
  Json expected = origin;
  expected["torch_dtype"] = "float32";
  EXPECT_EQ(format_json(config_json(read(origin), Json::object(), origin)), format_json(expected));
}

TEST(ConfigJson, AChangedOptionIsSetAndNothingElse) {
  const Json origin = foreign_llama();
  TransformerModelConfig config = read(origin);
  config.body.attention_dropout = 0.3;
  Json expected = origin;
  expected["torch_dtype"] = "float32";
  expected["attention_dropout"] = 0.3;
  EXPECT_EQ(format_json(config_json(config, Json::object(), origin)), format_json(expected));
}

TEST(ConfigJson, TheHeadAndItsLabelsAreTheNewOnes) {
  Json origin = foreign_llama();
  origin["id2label"] = {{"0", "OLD"}};
  origin["label2id"] = {{"OLD", 0}};
  origin["problem_type"] = "regression";
  TransformerModelConfig config = read(origin);
  const Json same = config_json(config, Json::object(), origin);
  EXPECT_EQ(same.at("id2label"), origin.at("id2label"));  // what a file says beside its head stays with it
  EXPECT_EQ(same.at("problem_type"), origin.at("problem_type"));

  config.head = {.kind = HeadKind::classifier, .labels = 2};
  const Json task = {{"problem_type", "single_label_classification"},
                     {"id2label", {{"0", "no"}, {"1", "yes"}}},
                     {"label2id", {{"no", 0}, {"yes", 1}}},
                     {"task_specific_params", {{"text-classification", {{"texts", 2}}}}}};
  const Json json = config_json(config, task, origin);
  EXPECT_EQ(json["architectures"], Json::array({"LlamaForSequenceClassification"}));
  EXPECT_EQ(json["id2label"], task["id2label"]);
  EXPECT_EQ(json["label2id"], task["label2id"]);
  EXPECT_EQ(json["problem_type"], "single_label_classification");
  EXPECT_EQ(json["task_specific_params"]["text-classification"]["texts"], 2);
  EXPECT_EQ(json["task_specific_params"]["text-generation"]["max_length"], 50);
  EXPECT_EQ(json["classifier_dropout"], 0.25);
  EXPECT_EQ(json["my_own_key"], origin["my_own_key"]);
}

// Names in another order count as the same names.
TEST(ConfigJson, LabelsThatStayKeepTheirOrder) {
  Json origin = foreign_llama();
  origin["architectures"] = Json::array({"LlamaForSequenceClassification"});
  origin["id2label"] = {{"1", "yes"}, {"0", "no"}};
  origin["label2id"] = {{"yes", 1}, {"no", 0}};
  const Json task = {{"id2label", {{"0", "no"}, {"1", "yes"}}}, {"label2id", {{"no", 0}, {"yes", 1}}}};
  const Json json = config_json(read(origin), task, origin);
  EXPECT_EQ(format_json(json["id2label"], -1), format_json(origin["id2label"], -1));
  EXPECT_EQ(format_json(json["label2id"], -1), format_json(origin["label2id"], -1));
}

TEST(ConfigJson, SaysTheTypeOfTheWeightsAndNothingOfCodeThatIsNotCopied) {
  Json origin = foreign_llama();
  origin["auto_map"] = {{"AutoConfig", "configuration_mine.Mine"}};
  origin["dtype"] = "float16";
  const Json json = config_json(read(foreign_llama()), Json::object(), origin);
  EXPECT_FALSE(json.contains("auto_map"));
  EXPECT_EQ(json["dtype"], "float32");
  EXPECT_EQ(json["torch_dtype"], "float32");
}

// If a key is absent, GPT-2 and Llama use a token of the published vocabulary.
TEST(ConfigJson, ANewDecoderNamesItsTokensOrThatThereAreNone) {
  TransformerModelConfig config(transformer_preset("gpt-tiny"));
  config.body.vocabulary = 40;
  config.body.special.bos = config.body.special.eos = -1;
  config.body.special.pad = 3;
  const Json json = config_json(config, Json::object(), Json::object());
  ASSERT_TRUE(json.contains("bos_token_id") && json.contains("eos_token_id"));
  EXPECT_TRUE(json["bos_token_id"].is_null());
  EXPECT_TRUE(json["eos_token_id"].is_null());
  EXPECT_EQ(json["pad_token_id"], 3);
}

TEST(ConfigJson, LabelsWithoutNamesAreNumbered) {
  TransformerModelConfig config(transformer_preset("bert-tiny"));
  config.body.vocabulary = 40;
  config.head = {.kind = HeadKind::tagger, .labels = 2};
  const Json json = config_json(config, Json::object(), Json::object());
  EXPECT_EQ(json["id2label"], (Json{{"0", "LABEL_0"}, {"1", "LABEL_1"}}));
  EXPECT_EQ(json["label2id"], (Json{{"LABEL_0", 0}, {"LABEL_1", 1}}));
}

}  // namespace
}  // namespace hodhod
