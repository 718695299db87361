// SPDX-License-Identifier: Apache-2.0
// What Transformers needs in a saved directory so that AutoTokenizer, AutoModelFor… and pipeline(DIR) give
// this program's results, and what fine-tuning must not change.
#include "hodhod/tasks/saved_model.h"

#include <gmock/gmock.h>

#include <set>
#include <string>
#include <vector>

#include "hodhod/base/file.h"
#include "hodhod/io/tensor_file.h"
#include "hodhod/tasks/classify.h"
#include "hodhod/tasks/fill_mask.h"
#include "hodhod/tasks/generate.h"
#include "hodhod/tasks/tag.h"
#include "hodhod/tasks/test_tasks.h"
#include "hodhod/tasks/test_translator.h"

namespace hodhod {
namespace {

const char* const kConfig = "config.json";
const char* const kGeneration = "generation_config.json";
const char* const kTokenizer = "tokenizer_config.json";

// The required value of a member ("id2label.0") of one of the JSON files, and the reason. Null: it must be
// absent or null.
struct Demand {
  const char* file;
  std::string member;
  Json value;
  const char* reason;
};

Json member_of(const Json& json, const std::string& path) {
  const size_t dot = path.find('.');
  const Json* found = json_find(json, path.substr(0, dot));
  if (found == nullptr) return nullptr;
  return dot == std::string::npos ? *found : member_of(*found, path.substr(dot + 1));
}

void expect_demands(const std::string& directory, const std::vector<Demand>& demands) {
  for (const Demand& demand : demands) {
    const std::string path = join_path(directory, demand.file);
    const Json found = file_exists(path) ? member_of(read_json(path), demand.member) : Json(nullptr);
    EXPECT_EQ(found, demand.value) << demand.file << ": " << demand.member << " (" << demand.reason << ")";
  }
}

std::vector<Demand> joined(std::vector<Demand> demands, const std::vector<Demand>& more) {
  demands.insert(demands.end(), more.begin(), more.end());
  return demands;
}

// Demands on every model.
std::vector<Demand> demands_of(const std::string& architecture, const ModelConfig& model) {
  const TransformerConfig& config = dynamic_cast<const TransformerModelConfig&>(model).body;
  const std::string type = architecture.starts_with("Bert")       ? "bert"
                           : architecture.starts_with("RoFormer") ? "roformer"
                           : architecture.starts_with("GPT2")     ? "gpt2"
                           : architecture.starts_with("Llama")    ? "llama"
                                                                  : "marian";
  return {{kConfig, "architectures", Json::array({architecture}), "the class that pipeline() makes"},
          {kConfig, "model_type", type, "the configuration's class"},
          {kConfig, "vocab_size", config.vocabulary, "rows of the embedding"},
          {kConfig, "pad_token_id", config.special.pad,
           "the mask of batches, and the last token of a classified text"},
          {kConfig, type == "gpt2" ? "n_positions" : "max_position_embeddings", config.max_length,
           "rows of the table of positions"},
          {kConfig, "tie_word_embeddings", config.tie_embeddings, "whether lm_head is looked for"},
          {kConfig, "torch_dtype", "float32", "the type of the weights"},
          {kTokenizer, "model_max_length", config.max_length, "where a longer text is cut; 1e30 by default"}};
}

std::vector<Demand> labels_demanded(const std::vector<std::string>& labels) {
  std::vector<Demand> demands;
  for (size_t i = 0; i < labels.size(); ++i) {
    demands.push_back({kConfig, "id2label." + std::to_string(i), labels[i], "what pipeline() prints"});
    demands.push_back({kConfig, "label2id." + labels[i], static_cast<int64_t>(i), "labels of data sets"});
  }
  return demands;
}

std::set<std::string> tensors_of(const std::string& directory) {
  std::set<std::string> names;
  const TensorFile reader(directory);
  for (const TensorEntry& entry : reader.entries()) {
    EXPECT_EQ(entry.dtype, "F32") << entry.name;
    names.insert(entry.name);
  }
  return names;
}

const std::vector<std::string>& test_lines() {
  static const std::vector<std::string> kLines = {"the boat sings", "a hoopoe walks", "winter in the garden"};
  return kLines;
}

TextGenerator test_generator(const std::string& preset) {
  size_t next = 0;
  auto tokenizer = std::make_unique<text::Tokenizer>(
      train_task_tokenizer({.kind = TokenizerKind::character, .vocabulary = 40}, [&](std::string& line) {
        if (next == test_lines().size()) return false;
        line = test_lines()[next++];
        return true;
      }).tokenizer);
  TransformerConfig config = transformer_preset(preset);
  config.vocabulary = tokenizer->vocab_size();
  config.width = config.feed_forward = 24;
  config.heads = 4;
  config.kv_heads = preset == "llama-tiny" ? 2 : 0;
  config.decoder_layers = 1;
  config.max_length = 16;
  config.special = {.pad = kPad, .bos = kEnd, .eos = kEnd};
  return TextGenerator::make(TransformerModelConfig(config), std::move(tokenizer), 1);
}

void save(TextGenerator& writer, const std::string& directory) {
  LanguageTrainee(writer, "the boat sings, a hoopoe walks", "", {.length = 8}, 1).save(directory);
}

TEST(SavedModel, Translator) {
  Translator translator = test_translator(TokenizerKind::bpe);
  const TransformerConfig& config = dynamic_cast<const TransformerModelConfig&>(translator.config()).body;
  const TemporaryDirectory directory;
  TranslationTrainee(translator, {{"the cat", "a dog"}}, {}, {}).save(directory.path());
  expect_demands(
      directory.path(),
      joined(demands_of("MarianMTModel", translator.config()),
             {{kConfig, "is_encoder_decoder", true, "how generate() runs"},
              {kConfig, "decoder_vocab_size", config.vocabulary, "rows of the decoder's embedding"},
              {kConfig, "share_encoder_decoder_embeddings", true, "which embeddings are read"},
              {kConfig, "scale_embedding", config.scale_embedding, "embeddings times √C; false by default"},
              {kConfig, "activation_function", "relu", "gelu by default"},
              {kConfig, "decoder_start_token_id", kPad, "58100 by default"},
              {kConfig, "eos_token_id", kEnd, "0 by default"},
              {kConfig, "forced_eos_token_id", kEnd, "0 by default"},
              {kGeneration, "decoder_start_token_id", kPad, "what a translation begins from"},
              {kGeneration, "eos_token_id", kEnd, "what ends it"},
              {kGeneration, "forced_eos_token_id", kEnd, "what ends it at max_length"},
              {kGeneration, "pad_token_id", kPad, "what follows the end in a batch"},
              {kGeneration, "bad_words_ids", Json::array({Json::array({kPad})}), "padding is no word"},
              {kGeneration, "max_length", config.max_length, "20 by default"},
              {kGeneration, "num_beams", 5, "what the program does; 1 by default"},
              {kGeneration, "do_sample", nullptr, "beams do not sample"},
              {kGeneration, "top_k", nullptr, "a warning without sampling"},
              {kTokenizer, "eos_token", "</s>", "its role"},
              {kTokenizer, "pad_token", "<pad>", "batches need it"},
              {kTokenizer, "unk_token", "<unk>", "its role"}}));
  const auto tensors = tensors_of(directory.path());
  EXPECT_TRUE(tensors.contains("model.shared.weight"));
  EXPECT_TRUE(tensors.contains("final_logits_bias"));
}

TEST(SavedModel, LanguageModels) {
  for (const auto& [preset, architecture] :
       {std::pair{"gpt-tiny", "GPT2LMHeadModel"}, {"llama-tiny", "LlamaForCausalLM"}}) {
    SCOPED_TRACE(preset);
    TextGenerator writer = test_generator(preset);
    const TemporaryDirectory directory;
    save(writer, directory.path());
    expect_demands(
        directory.path(),
        joined(
            demands_of(architecture, writer.model->config()),
            {{kConfig, "bos_token_id", kEnd, "50256 or 1 by default"},
             {kConfig, "eos_token_id", kEnd, "50256 or 2 by default"},
             {kGeneration, "bos_token_id", kEnd, "what a text without a prompt begins with"},
             {kGeneration, "eos_token_id", kEnd, "what ends a text"},
             {kGeneration, "pad_token_id", kPad, "what fills a batch"},
             {kGeneration, "do_sample", true, "what the program does; false by default"},
             {kGeneration, "temperature", 0.8, "what the program does; 1 by default"},
             {kGeneration, "top_k", 0, "all tokens; 50 by default"},
             {kGeneration, "max_length", 16, "20 by default, and no further than the positions"},
             {kTokenizer, "model_input_names", Json::array({"input_ids", "attention_mask"}), "no segments"},
             {kTokenizer, "padding_side", "left", "texts of a batch go on from their ends"},
             {kTokenizer, "eos_token", "</s>", "its role"},
             {kTokenizer, "pad_token", "<pad>", "batches need it"}}));
  }
}

TEST(SavedModel, Encoders) {
  for (const auto& [preset, family] : {std::pair{"bert-tiny", "Bert"}, {"roformer-tiny", "RoFormer"}}) {
    SCOPED_TRACE(preset);
    const TransformerModelConfig config = test_encoder(*test_tokenizer(), preset);
    const auto demands = [&, family = std::string(family)](const std::string& head) {
      return joined(demands_of(family + head, config),
                    {{kConfig, "type_vocab_size", 2, "segments of pairs"},
                     {kConfig, "hidden_size", config.width(), "the width"},
                     {kConfig, "embedding_size", family == "RoFormer" ? Json(config.width()) : Json(nullptr),
                      "the width of RoFormer's embeddings"},
                     {kGeneration, "num_beams", nullptr, "nothing is generated"},
                     {kTokenizer, "cls_token", "[CLS]", "its role"},
                     {kTokenizer, "sep_token", "[SEP]", "its role"},
                     {kTokenizer, "mask_token", "[MASK]", "fill-mask looks for it"},
                     {kTokenizer, "pad_token", "[PAD]", "batches need it"}});
    };
    const TemporaryDirectory classifier, numbers, tagger, filler;
    Classifier::make(config, test_tokenizer(), Labels({"bad", "good"}), ProblemKind::single_label, 1)
        .save(classifier.path());
    expect_demands(classifier.path(),
                   joined(demands("ForSequenceClassification"), labels_demanded({"bad", "good"})));
    expect_demands(classifier.path(), {{kConfig, "problem_type", "single_label_classification", "softmax"}});

    Tagger::make(config, test_tokenizer(), Labels({"O", "B-PER"}), 1).save(tagger.path());
    expect_demands(tagger.path(), joined(demands("ForTokenClassification"), labels_demanded({"O", "B-PER"})));

    MaskFiller::make(config, test_tokenizer(), 1).save(filler.path());
    expect_demands(filler.path(),
                   joined(demands("ForMaskedLM"), {{kConfig, "id2label", nullptr, "no labels"}}));

    for (const auto* directory : {&classifier, &tagger, &filler}) {
      const bool has_table =
          tensors_of(directory->path()).contains("roformer.encoder.embed_positions.weight");
      EXPECT_EQ(has_table, std::string(family) == "RoFormer");
    }
  }
}

// RoFormerSinusoidalPositionalEmbedding: sines in the first half of the channels, cosines in the second.
TEST(SavedModel, RoFormersTableOfPositions) {
  const auto config = test_encoder(*test_tokenizer(), "roformer-tiny");
  const TemporaryDirectory directory;
  MaskFiller::make(config, test_tokenizer(), 1).save(directory.path());
  const Tensor table = TensorFile(directory.path()).load("roformer.encoder.embed_positions.weight");
  ASSERT_EQ(table.shape(), (Shape{40, 16}));
  for (int64_t t : {0, 1, 39}) {
    for (int64_t i = 0; i < 8; ++i) {
      const double angle = static_cast<double>(t) / std::pow(10000.0, static_cast<double>(2 * i) / 16.0);
      EXPECT_FLOAT_EQ(table.data<float>()[t * 16 + i], static_cast<float>(std::sin(angle)));
      EXPECT_FLOAT_EQ(table.data<float>()[t * 16 + 8 + i], static_cast<float>(std::cos(angle)));
    }
  }
}

// Edits a JSON file of a directory, as a user may.
void change(const std::string& directory, const char* file, const Json& members) {
  const std::string path = join_path(directory, file);
  Json json = file_exists(path) ? read_json(path) : Json::object();
  for (const auto& [key, value] : members.items()) json[key] = value;
  write_file_atomically(path, format_json(json));
}

TEST(FineTuning, KeepsWhatADirectoryOfALanguageModelSays) {
  TextGenerator first = test_generator("llama-tiny");
  const TemporaryDirectory from, to;
  save(first, from.path());
  change(from.path(), kConfig, {{"classifier_dropout", 0.3}, {"torch_dtype", "bfloat16"}, {"mine", {1, 2}}});
  change(from.path(), kGeneration,
         {{"eos_token_id", {1, 5}},
          {"repetition_penalty", 1.3},
          {"bad_words_ids", Json::array({{5}, {6, 7}})},
          {"forced_eos_token_id", 4},
          {"stop_strings", Json::array({"END"})},
          {"unheard_of", true}});
  change(from.path(), "preprocessor_config.json", {{"size", 3}});
  from.put("chat_template.jinja", "{{ messages }}");
  TextGenerator second = TextGenerator::load(from.path());
  save(second, to.path());
  Json config = read_json(from / kConfig);
  config["torch_dtype"] = "float32";
  EXPECT_EQ(read_json(to / kConfig), config);
  EXPECT_EQ(read_json(to / kGeneration), read_json(from / kGeneration));
  EXPECT_EQ(read_json(to / "preprocessor_config.json"), read_json(from / "preprocessor_config.json"));
  EXPECT_EQ(read_file(to / "chat_template.jinja"), "{{ messages }}");
}

TEST(FineTuning, KeepsWhatADirectoryOfATranslatorSays) {
  Translator first = test_translator(TokenizerKind::bpe);
  const TemporaryDirectory from, to;
  TranslationTrainee(first, {{"the cat", "a dog"}}, {}, {}).save(from.path());
  // Earlier releases stored these settings in config.json.
  remove_tree(from / kGeneration);
  change(from.path(), kConfig,
         {{"num_beams", 6}, {"max_length", 17}, {"bad_words_ids", Json::array({{0}})}, {"prefix", "x"}});
  Translator second = Translator::load(from.path());
  TranslationTrainee(second, {{"the cat", "a dog"}}, {}, {}).save(to.path());
  EXPECT_EQ(read_json(to / kConfig), read_json(from / kConfig));
  EXPECT_FALSE(file_exists(to / kGeneration));
}

TEST(FineTuning, ANewHeadChangesTheHeadAlone) {
  const auto config = test_encoder(*test_tokenizer());
  const TemporaryDirectory from, to;
  MaskFiller::make(config, test_tokenizer(), 1).save(from.path());
  change(from.path(), kConfig, {{"classifier_dropout", 0.3}, {"transformers_version", "4.9"}});
  change(from.path(), kGeneration, {{"pad_token_id", 0}});
  Classifier::from(from.path(), Labels({"no", "yes"}), ProblemKind::single_label).save(to.path());
  Json expected = read_json(from / kConfig);
  const Json found = read_json(to / kConfig);
  expected["architectures"] = Json::array({"BertForSequenceClassification"});
  for (const auto& [key, value] : expected.items()) {
    EXPECT_TRUE(found.contains(key) && found[key] == value) << key;
  }
  EXPECT_EQ(found["id2label"], (Json{{"0", "no"}, {"1", "yes"}}));
  EXPECT_FALSE(file_exists(to / kGeneration));
}

TEST(SavedModel, WhatWasChangedByHandDuringTheRunStays) {
  TextGenerator writer = test_generator("gpt-tiny");
  const TemporaryDirectory directory;
  save(writer, directory.path());
  change(directory.path(), kGeneration, {{"temperature", 0.3}});
  save(writer, directory.path());
  EXPECT_EQ(read_json(directory / kGeneration)["temperature"], 0.3);
  // A file that another model left in the directory is replaced.
  TextGenerator other = test_generator("llama-tiny");
  save(other, directory.path());
  EXPECT_EQ(read_json(directory / kGeneration)["temperature"], 0.8);
  Classifier::make(test_encoder(*test_tokenizer()), test_tokenizer(), Labels({"a", "b"}),
                   ProblemKind::single_label, 1)
      .save(directory.path());
  EXPECT_FALSE(file_exists(directory / kGeneration));
}

}  // namespace
}  // namespace hodhod
