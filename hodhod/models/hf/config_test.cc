// SPDX-License-Identifier: Apache-2.0
// config.json: every setting is used, known to be harmless, named in a warning, or refused, and every number
// is in its range.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "hodhod/base/testing.h"
#include "hodhod/models/hf/family.h"
#include "hodhod/models/hf/test_directory.h"
#include "hodhod/models/registry.h"

namespace hodhod {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// The error of opening a model in which one setting is added or changed.
std::string error_with(const char* preset, const char* key, const Json& value) {
  TestDirectory directory(preset);
  directory.config()[key] = value;
  return error_of([&] { ModelDirectory::open(directory.write()); });
}

ModelDirectory opened_with(const char* preset, const char* key, const Json& value) {
  TestDirectory directory(preset);
  directory.config()[key] = value;
  return ModelDirectory::open(directory.write());
}

TEST(ConfigFile, AFileIsNoDirectory) {
  const TemporaryDirectory directory;
  const std::string file = directory.put("model.gguf", "GGUF");
  EXPECT_THAT(error_of([&] { ModelDirectory::open(file); }), HasSubstr("model.gguf: is a file"));
  EXPECT_THAT(error_of([&] { ModelDirectory::open(file + "2"); }), HasSubstr("there is no such directory"));
}

TEST(ConfigFile, SettingsThatNobodyKnowsAreNamed) {
  TestDirectory directory("gpt-tiny");
  directory.config()["mlp_ratio"] = 4;
  directory.config()["use_cache"] = true;
  directory.config()["_name_or_path"] = "gpt2";
  directory.config()["summary_type"] = "cls_index";
  directory.config()["another"] = nullptr;
  directory.config()["layerdrop"] = 0.1;
  const auto opened = ModelDirectory::open(directory.write());
  EXPECT_THAT(
      opened.warnings,
      ElementsAre(directory.path() + "/config.json: settings that are not known are not used: mlp_ratio = "
                                     "4, layerdrop = 0.1"));
  EXPECT_EQ(directory.load().warnings, opened.warnings);
}

TEST(ConfigFile, WhatThisProgramWritesIsAllKnown) {
  for (const char* preset : {"tiny", "bart-base", "mbart-large", "t5-small", "mt5-small", "bert-tiny",
                             "roformer-tiny", "gpt-tiny", "llama-tiny"}) {
    EXPECT_THAT(TestDirectory(preset).load().warnings, IsEmpty()) << preset;
  }
}

TEST(ConfigFile, NumbersOutsideTheirRangeAreRefusedBeforeAnythingIsMadeOfThem) {
  EXPECT_THAT(error_with("gpt-tiny", "n_layer", 1000000000),
              AllOf(HasSubstr("config.json: n_layer: expected a whole number (from 0 to 1000)"),
                    HasSubstr("found 1000000000")));
  EXPECT_THAT(error_with("gpt-tiny", "n_head", 0), HasSubstr("n_head: expected a whole number (from 1"));
  EXPECT_THAT(error_with("gpt-tiny", "n_embd", int64_t{1} << 62), HasSubstr("n_embd: expected"));
  EXPECT_THAT(error_with("gpt-tiny", "n_layer", 0), HasSubstr("decoder_layers is 0"));
  EXPECT_THAT(error_with("gpt-tiny", "n_embd", 13), HasSubstr("width 13 is not a multiple of heads 2"));
  EXPECT_THAT(error_with("gpt-tiny", "resid_pdrop", 1.0),
              HasSubstr("resid_pdrop: expected a number (from 0 to below 1)"));
  EXPECT_THAT(error_with("llama-tiny", "rms_norm_eps", 0),
              HasSubstr("rms_norm_eps: expected a number (above 0"));
  EXPECT_THAT(error_with("llama-tiny", "num_key_value_heads", 5), HasSubstr("not a multiple of kv_heads 5"));
  EXPECT_THAT(error_with("bert-tiny", "type_vocab_size", -1), HasSubstr("type_vocab_size: expected"));
  EXPECT_THAT(error_with("tiny", "decoder_ffn_dim", -3), HasSubstr("decoder_ffn_dim: expected"));
  EXPECT_THAT(error_with("llama-tiny", "max_position_embeddings", 1 << 25),
              HasSubstr("max_position_embeddings: expected"));
  EXPECT_THAT(error_with("tiny", "max_position_embeddings", 1 << 24), HasSubstr("lower max_length"));
  EXPECT_THAT(error_with("gpt-tiny", "n_embd", "big"), HasSubstr("n_embd: expected a whole number"));
}

TEST(ConfigFile, AnotherModelIsRefusedByTheSettingThatMakesItOne) {
  EXPECT_THAT(error_with("bert-tiny", "add_cross_attention", true), HasSubstr("add_cross_attention is true"));
  EXPECT_THAT(error_with("bert-tiny", "pruned_heads", Json{{"0", Json::array({1})}}),
              HasSubstr("pruned_heads"));
  EXPECT_THAT(error_with("gpt-tiny", "quantization_config", Json{{"bits", 4}}),
              HasSubstr("quantization_config"));
  EXPECT_THAT(error_with("tiny", "normalize_before", true), HasSubstr("normalize_before is true"));
  EXPECT_THAT(error_with("tiny", "decoder_vocab_size", 20), HasSubstr("shared embeddings have one size"));
  EXPECT_THAT(error_with("gpt-tiny", "activation_function", "mish"),
              HasSubstr("activation_function: activation 'mish'"));
  EXPECT_THAT(
      error_with("gpt-tiny", "model_type", "mpnet"),
      HasSubstr("models of type 'mpnet' are not known; those of marian, bart, mbart, m2m_100, bert, roberta, "
                "xlm-roberta, longformer, distilbert, roformer, t5, mt5, gpt2, llama, "));
}

TransformerModelConfig read_as(const hf::Family& family, const Json& json) {
  std::vector<std::string> warnings;
  TransformerModelConfig config = hf::read_config(family, json, "config.json", warnings);
  EXPECT_THAT(warnings, IsEmpty());
  return config;
}

// What a family reads back from what it writes.
void expect_kept(const hf::Family& family, const TransformerModelConfig& config) {
  const Json first = hf::write_config(family, config);
  EXPECT_EQ(format_json(hf::write_config(family, read_as(family, first))), format_json(first));
}

TEST(ConfigFile, PositionsOfRobertaBeginBehindThePaddingToken) {
  for (const hf::Family* family : {&hf::roberta(), &hf::xlm_roberta()}) {
    Json json = {{"hidden_size", 48}, {"num_attention_heads", 4}, {"max_position_embeddings", 42}};
    const TransformerModelConfig usual = read_as(*family, json);
    EXPECT_EQ(usual.body.position_offset, 2);
    EXPECT_EQ(usual.max_length(), 40);
    expect_kept(*family, usual);
    json["pad_token_id"] = 41;
    EXPECT_THAT(error_of([&] { read_as(*family, json); }),
                HasSubstr("max_position_embeddings: 42 rows leave none for tokens"));
    json["pad_token_id"] = 1;
    json["hidden_act"] = "relu";
    EXPECT_THAT(error_of([&] { read_as(*family, json); }), HasSubstr("hidden_act"));
  }
}

TEST(ConfigFile, SlidingWindows) {
  const Json sizes = {
      {"hidden_size", 48}, {"num_attention_heads", 4}, {"num_key_value_heads", 2}, {"num_hidden_layers", 2}};
  const auto with = [&](const hf::Family& family, const Json& more) {
    Json json = sizes;
    for (const auto& [key, value] : more.items()) json[key] = value;
    return read_as(family, json);
  };
  EXPECT_EQ(with(hf::mistral(), Json::object()).body.window, 4096);
  EXPECT_EQ(with(hf::mistral(), {{"sliding_window", nullptr}}).body.window, 0);
  expect_kept(hf::mistral(), with(hf::mistral(), {{"sliding_window", 6}}));
  EXPECT_THAT(error_of([&] { with(hf::mistral(), {{"sliding_window", -1}}); }), HasSubstr("sliding_window"));

  const Json in_all = {{"use_sliding_window", true}, {"sliding_window", 6}, {"max_window_layers", 0}};
  EXPECT_EQ(with(hf::qwen2(), in_all).body.window, 6);
  expect_kept(hf::qwen2(), with(hf::qwen2(), in_all));
  // Without the switch, or where all layers come before the first with a window, there is none.
  EXPECT_EQ(with(hf::qwen2(), {{"sliding_window", 6}, {"max_window_layers", 0}}).body.window, 0);
  EXPECT_EQ(with(hf::qwen2(), {{"use_sliding_window", true}, {"sliding_window", 6}}).body.window, 0);
  Json in_some = in_all;
  in_some["max_window_layers"] = 1;
  const TransformerModelConfig above = with(hf::qwen2(), in_some);
  EXPECT_FALSE(above.body.has_window(0));
  EXPECT_TRUE(above.body.has_window(1));
  expect_kept(hf::qwen2(), above);
  EXPECT_THAT(error_of([&] {
                with(hf::qwen2(), {{"layer_types", Json::array({"sliding_attention", "full_attention"})}});
              }),
              HasSubstr("layer_types: layers with a window, and sliding_window does not say"));
}

TEST(ConfigFile, AHeadThatIsNotKnownIsNotReadAsAnother) {
  const auto with = [](const char* preset, const char* architecture) {
    return error_with(preset, "architectures", Json::array({architecture}));
  };
  EXPECT_THAT(
      with("bert-tiny", "BertForNextSentencePrediction"),
      AllOf(
          HasSubstr("architectures: \"BertForNextSentencePrediction\" is a kind of model that is not known"),
          HasSubstr("BertForMaskedLM")));
  EXPECT_THAT(with("bert-tiny", "BertForMultipleChoice"), HasSubstr("not known"));
  EXPECT_THAT(with("gpt-tiny", "GPT2ForTokenClassification"), HasSubstr("not known"));
  EXPECT_THAT(with("llama-tiny", "LlamaForTokenClassification"), HasSubstr("not known"));
  EXPECT_THAT(with("tiny", "MarianForCausalLM"), HasSubstr("not known"));
}

// Names and settings of old files, and what changes nothing.
TEST(ConfigFile, OldNamesAreRead) {
  EXPECT_EQ(opened_with("t5-small", "architectures", {"T5WithLMHeadModel"}).config->head.kind,
            HeadKind::language_model);
  EXPECT_EQ(opened_with("gpt-tiny", "architectures", {"GPT2DoubleHeadsModel"}).config->head.kind,
            HeadKind::language_model);
  EXPECT_EQ(as_transformer(opened_with("bert-tiny", "hidden_act", "gelu_python").config).body.activation,
            kernels::Activation::gelu);
  for (const auto& [key, value] : {std::pair<const char*, Json>{"auto_map", {{"AutoModel", "code.Mine"}}},
                                   {"tie_weights_", true},
                                   {"use_mrope", false},
                                   {"stop_strings", {"END"}},
                                   {"force_bos_token_to_be_generated", true}})
    EXPECT_THAT(opened_with("bert-tiny", key, value).warnings, IsEmpty()) << key;
  EXPECT_THAT(opened_with("bert-tiny", "use_mrope", true).warnings, ElementsAre(HasSubstr("use_mrope")));
  TestDirectory bart("bart-base");
  bart.add("model.encoder.version", Tensor::zeros({1}));
  bart.add("model.decoder.embed_positions._float_tensor", Tensor::zeros({1}));
  EXPECT_THAT(bart.load().warnings, IsEmpty());
}

TEST(ConfigFile, AnEncoderMayBeCausal) {
  TestDirectory directory("bert-tiny");
  directory.config()["is_decoder"] = true;
  const auto model = directory.load().model;
  const auto states_of = [&](const std::vector<int64_t>& ids) {
    Context context;
    const std::vector<std::vector<int64_t>> rows = {ids};
    return model->encoder()->encode(TokenBatch::of(rows, 0), context).states.values<float>();
  };
  const auto one = states_of({5, 6, 7}), other = states_of({5, 6, 9});
  EXPECT_TRUE(std::equal(one.begin(), one.begin() + 24, other.begin()));  // the first two tokens
  EXPECT_NE(one, other);
}

TEST(ConfigFile, LabelsAndTheirProblemAgree) {
  const auto with = [](int64_t labels, const char* key, const Json& value) {
    TransformerModelConfig config = TestDirectory::small("bert-tiny", HeadKind::classifier, labels);
    config.head.problem = labels == 1 ? ProblemKind::regression : ProblemKind::single_label;
    TestDirectory directory(config);
    directory.remove("problem_type");
    directory.config()[key] = value;
    return ModelDirectory::open(directory.write());
  };
  EXPECT_EQ(with(3, "problem_type", nullptr).config->head.problem, ProblemKind::single_label);
  EXPECT_EQ(with(1, "problem_type", nullptr).config->head.problem, ProblemKind::regression);
  EXPECT_EQ(with(3, "problem_type", "multi_label_classification").config->head.problem,
            ProblemKind::multi_label);
  EXPECT_EQ(with(3, "problem_type", "regression").config->head.problem, ProblemKind::regression);
  EXPECT_EQ(with(3, "num_labels", 3).config->head.labels, 3);
  EXPECT_THAT(error_of([&] { with(3, "num_labels", 4); }),
              HasSubstr("num_labels: 4 labels, and id2label has 3"));
  EXPECT_THAT(error_of([&] { with(3, "problem_type", "ranking"); }),
              HasSubstr("problem_type: \"ranking\" is not"));
  EXPECT_THAT(error_of([&] { with(1, "problem_type", "single_label_classification"); }),
              HasSubstr("nothing to choose from"));
  EXPECT_THAT(error_of([&] {
                with(3, "id2label", Json{{"0", "a"}, {"2", "b"}});
              }),
              HasSubstr("id2label: 2 names, and none of number 1"));
  EXPECT_THAT(with(3, "label2id", Json{{"a", 0}}).warnings,
              ElementsAre(HasSubstr("label2id: is not the inverse")));
}

TEST(ConfigFile, EndsMayBeSeveral) {
  TestDirectory directory("llama-tiny");
  directory.config()["eos_token_id"] = Json::array({2, 7, 2});
  const auto loaded = directory.load();
  EXPECT_THAT(loaded.model->config().special().ends(), ElementsAre(2, 7));
  EXPECT_THAT(loaded.warnings, IsEmpty());
  const TemporaryDirectory saved;
  save_model_files(*loaded.model, saved.path());
  EXPECT_THAT(ModelDirectory::open(saved.path()).config->special().ends(), ElementsAre(2, 7));
  EXPECT_THAT(opened_with("llama-tiny", "bos_token_id", Json::array({4, 5})).warnings,
              ElementsAre(HasSubstr("bos_token_id: of several tokens the first, 4, is used")));
}

TEST(ConfigFile, ATokenThatCannotOccurIsNone) {
  for (const char* key : {"eos_token_id", "bos_token_id", "pad_token_id"}) {
    const ModelDirectory opened = opened_with("gpt-tiny", key, 50256);
    EXPECT_THAT(opened.warnings,
                ElementsAre(HasSubstr("token 50256 is outside the vocabulary of 23 tokens")));
  }
  EXPECT_THAT(opened_with("gpt-tiny", "eos_token_id", nullptr).config->special().ends(), IsEmpty());
  EXPECT_THAT(opened_with("gpt-tiny", "eos_token_id", -1).config->special().ends(), IsEmpty());
  EXPECT_EQ(opened_with("gpt-tiny", "bos_token_id", nullptr).config->special().bos, -1);
  EXPECT_EQ(opened_with("gpt-tiny", "pad_token_id", nullptr).config->special().filler(), 0);
  // The family's own 50256 is outside the vocabulary too, but there is no warning: the file did not give it.
  TestDirectory directory("gpt-tiny");
  directory.remove("eos_token_id");
  const ModelDirectory opened = ModelDirectory::open(directory.write());
  EXPECT_THAT(opened.config->special().ends(), IsEmpty());
  EXPECT_THAT(opened.warnings, IsEmpty());
  EXPECT_THAT(error_with("tiny", "decoder_start_token_id", 99),
              HasSubstr("no token of the vocabulary to start from"));
  EXPECT_THAT(error_with("gpt-tiny", "eos_token_id", "end"), HasSubstr("eos_token_id: expected"));
}

// Options that matter in training alone, for which a family may have no key of its own, come back too.
TEST(ConfigFile, EveryOptionOfTrainingComesBack) {
  for (const char* preset : {"tiny", "bart-base", "mbart-large", "t5-small", "mt5-small", "bert-tiny",
                             "roformer-tiny", "gpt-tiny", "llama-tiny"}) {
    TransformerModelConfig config = TestDirectory::small(preset);
    config.body.dropout = 0.11;
    config.body.attention_dropout = 0.12;
    config.body.activation_dropout = 0.13;
    config.body.embedding_dropout = 0.14;
    config.body.padding_learns = !config.body.padding_learns;
    const TransformerConfig back = as_transformer(TestDirectory(config).load().model).config().body;
    EXPECT_EQ(back.dropout, 0.11) << preset;
    EXPECT_EQ(back.attention_dropout, 0.12) << preset;
    EXPECT_EQ(back.activation_dropout, 0.13) << preset;
    EXPECT_EQ(back.embedding_dropout, 0.14) << preset;
    EXPECT_EQ(back.padding_learns, config.body.padding_learns) << preset;
  }
}

// seq_classif_dropout is for DistilBERT's classifier of sequences; its tagger has the model's.
TEST(ConfigFile, TheClassifiersDropoutOfDistilbertIsNotTheTaggers) {
  const auto read = [](const char* architecture, Json json) {
    json["model_type"] = "distilbert";
    json["architectures"] = {architecture};
    json["dropout"] = 0.1;
    std::vector<std::string> warnings;
    const TransformerModelConfig config = hf::read_config(hf::distilbert(), json, "config.json", warnings);
    EXPECT_THAT(warnings, IsEmpty());
    return config;
  };
  const Json own = {{"seq_classif_dropout", 0.35}};
  TransformerModelConfig classifier = read("DistilBertForSequenceClassification", own),
                         tagger = read("DistilBertForTokenClassification", own);
  EXPECT_EQ(classifier.head.dropout, 0.35);
  EXPECT_EQ(tagger.head.dropout, std::nullopt);
  EXPECT_EQ(read("DistilBertForSequenceClassification", Json::object()).head.dropout, 0.2);
  // What is stored says the same.
  EXPECT_EQ(hf::write_config(hf::distilbert(), classifier).at("seq_classif_dropout"), 0.35);
  EXPECT_FALSE(hf::write_config(hf::distilbert(), tagger).contains("seq_classif_dropout"));
  tagger.head.dropout = 0.4;
  const Json stored = hf::write_config(hf::distilbert(), tagger);
  EXPECT_EQ(read("DistilBertForTokenClassification", stored).head.dropout, 0.4);
  classifier.head.dropout = std::nullopt;
  EXPECT_EQ(hf::write_config(hf::distilbert(), classifier).at("seq_classif_dropout"), 0.1);
}

// BERT's head for answers has no dropout, whatever is said of classifiers; DistilBERT's has its own.
TEST(ConfigFile, DropoutBeforeAnswers) {
  std::vector<std::string> warnings;
  const auto read = [&](const hf::Family& family, const char* architecture, Json json) {
    json["architectures"] = {architecture};
    return hf::read_config(family, json, "config.json", warnings);
  };
  EXPECT_EQ(read(hf::bert(), "BertForQuestionAnswering", {{"classifier_dropout", 0.3}}).head.dropout,
            std::nullopt);
  EXPECT_EQ(read(hf::bert(), "BertForSequenceClassification", {{"classifier_dropout", 0.3}}).head.dropout,
            0.3);
  TransformerModelConfig answers =
      read(hf::distilbert(), "DistilBertForQuestionAnswering", {{"qa_dropout", 0.3}});
  EXPECT_EQ(answers.head.dropout, 0.3);
  EXPECT_EQ(hf::write_config(hf::distilbert(), answers).at("qa_dropout"), 0.3);
  EXPECT_EQ(read(hf::distilbert(), "DistilBertForQuestionAnswering", Json::object()).head.dropout, 0.1);
  answers = read(hf::bert(), "BertForQuestionAnswering", Json::object());
  answers.head.dropout = 0.2;
  EXPECT_EQ(read(hf::bert(), "BertForQuestionAnswering", hf::write_config(hf::bert(), answers)).head.dropout,
            0.2);
}

// RoBERTa, Longformer, RoFormer and BART drop before the pooler too; T5 drops after the final norm.
TEST(ConfigFile, FurtherPlacesOfDropout) {
  std::vector<std::string> warnings;
  for (const hf::Family* family : hf::families()) {
    const TransformerModelConfig config = hf::read_config(*family, Json::object(), "config.json", warnings);
    const std::string name(family->model_type);
    const std::set<std::string> before = {"roberta", "xlm-roberta", "longformer", "roformer", "bart"};
    EXPECT_EQ(config.pooler_dropout, before.contains(name)) << name;
    EXPECT_EQ(config.body.final_dropout, name == "t5" || name == "mt5") << name;
  }
  EXPECT_EQ(model_type_named("roformer", "").preset("roformer-tiny")->type().name(), "roformer");
}

TEST(ConfigFile, WhatNoFamilyHoldsIsNamedBeforeItIsTrained) {
  TransformerModelConfig config(transformer_preset("bert-tiny"));
  EXPECT_NO_THROW(check_storable(config));
  config.body.positions = PositionKind::alibi;
  EXPECT_THAT(
      error_of([&] { check_storable(config); }),
      HasSubstr("no Hugging Face family holds this model: bert, which comes nearest, has no positions "
                "\"alibi\""));
  for (const char* option : {"heads=0", "width=15", "dropout=nan", "dropout=1"}) {
    EXPECT_ANY_THROW({
      const auto changed = model_preset("gpt-tiny");
      changed->change(option);
      check_storable(*changed);
    }) << option;
  }
}

}  // namespace
}  // namespace hodhod
