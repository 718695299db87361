// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/languages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hodhod/base/file.h"
#include "hodhod/base/json.h"
#include "hodhod/base/testing.h"
#include "hodhod/models/config_json.h"
#include "hodhod/models/transformer_model.h"
#include "hodhod/tasks/alignment.h"

namespace hodhod {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

constexpr int64_t kEnglish = 3, kPersian = 4;

// A small model whose tokenizer puts a language before texts, as mBART-50's does, or behind them.
Translator translator_of_languages(bool behind) {
  const std::string language = R"({"SpecialToken": {"id": "en_XX", "type_id": 0}})",
                    end = R"({"SpecialToken": {"id": "</s>", "type_id": 0}})",
                    text = R"({"Sequence": {"id": "A", "type_id": 0}})";
  const std::string parts = behind ? text + "," + end + "," + language : language + "," + text + "," + end;
  auto tokenizer = std::make_unique<text::Tokenizer>(text::Tokenizer::from_json(
      R"({"version": "1.0", "added_tokens": [{"id": 1, "content": "<pad>", "special": true},
        {"id": 2, "content": "</s>", "special": true}, {"id": 3, "content": "en_XX", "special": true},
        {"id": 4, "content": "fa_IR", "special": true}, {"id": 5, "content": "zh_CN", "special": true},
        {"id": 6, "content": "zh_TW", "special": true}], "pre_tokenizer": {"type": "WhitespaceSplit"},
        "post_processor": {"type": "TemplateProcessing", "single": [)" +
          parts +
          R"(], "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 0}}],
        "special_tokens": {"en_XX": {"id": "en_XX", "ids": [3], "tokens": ["en_XX"]},
                           "</s>": {"id": "</s>", "ids": [2], "tokens": ["</s>"]}}},
        "model": {"type": "WordLevel", "unk_token": "?", "vocab": {"?": 0, "<pad>": 1, "</s>": 2, "en_XX": 3, "fa_IR": 4,
          "zh_CN": 5, "zh_TW": 6, "book": 7, "house": 8, "river": 9, "کتاب": 10, "خانه": 11, "رود": 12}}})",
      "tokenizer.json"));
  TransformerConfig config = transformer_preset("tiny");
  config.width = 32;
  config.heads = config.kv_heads = 2;
  config.feed_forward = 64;
  config.encoder_layers = config.decoder_layers = 1;
  config.vocabulary = tokenizer->vocab_size();
  config.special = {.pad = 1, .bos = 0, .eos = 2, .decoder_start = 2};
  return Translator::make(TransformerModelConfig(config), std::move(tokenizer), 3);
}

const std::vector<TextPair> kPairs = {{"book", "کتاب"}, {"house", "خانه"}, {"river", "رود"}};

void fit_words(Translator& translator) {
  TranslationTrainee trainee(translator, kPairs, {}, {.batches = {}, .label_smoothing = 0});
  TrainerOptions options;
  options.steps = 60;
  options.schedule.rate = 1e-2;
  TemporaryDirectory run;
  train(trainee, options, run.path());
}

TEST(Languages, TheTargetIsTheFirstTokenThatIsWritten) {
  Translator translator = translator_of_languages(/*behind=*/false);
  EXPECT_THAT(language_notes(translator), testing::ElementsAre(HasSubstr("writes 4 languages")));
  choose_languages(translator, {.source = "en_XX", .target = "fa"});
  EXPECT_THAT(language_notes(translator), IsEmpty());
  EXPECT_EQ(translator.decoding.forced_bos, kPersian);
  EXPECT_EQ(translator.decoding.decoder_start, -1);
  EXPECT_EQ(source_tokens(translator, "book")[0], kEnglish);
  fit_words(translator);
  TemporaryDirectory saved;
  TranslationTrainee(translator, kPairs, {}, {}).save(saved.path());
  const Translator again = Translator::load(saved.path());
  EXPECT_EQ(again.decoding.forced_bos, kPersian);
  for (const Translator* one : std::initializer_list<const Translator*>{&translator, &again}) {
    Context context;
    for (const TextPair& pair : kPairs) {
      const auto found = translate(*one, {pair.source}, {.decode = one->decoding}, context)[0].best[0];
      EXPECT_EQ(found.text, pair.target);
      EXPECT_EQ(found.tokens.front(), kPersian);
    }
  }
}

TEST(Languages, TheTargetIsWhatTheDecoderBeginsWith) {
  Translator translator = translator_of_languages(/*behind=*/true);
  choose_languages(translator, {.source = "fa", .target = "en"});
  EXPECT_EQ(translator.decoding.forced_bos, -1);
  EXPECT_EQ(translator.decoder_start(), kEnglish);
  EXPECT_EQ(source_tokens(translator, "کتاب"), (std::vector<int64_t>{10, 2, kPersian}));
  choose_languages(translator, {.source = "en", .target = "fa"});
  fit_words(translator);
  TemporaryDirectory saved;
  TranslationTrainee(translator, kPairs, {}, {}).save(saved.path());
  const Translator again = Translator::load(saved.path());
  EXPECT_EQ(again.decoder_start(), kPersian);
  EXPECT_EQ(again.translate("house"), "خانه");
  // What a directory says of decoding is kept, but for the language.
  write_file_atomically(saved / "generation_config.json",
                        R"({"num_beams": 3, "length_penalty": 0.5, "decoder_start_token_id": 3})");
  Translator further = Translator::load(saved.path());
  choose_languages(further, {.target = "zh_TW"});
  TemporaryDirectory other;
  TranslationTrainee(further, kPairs, {}, {}).save(other.path());
  EXPECT_EQ(read_json(other / "generation_config.json"),
            (Json{{"num_beams", 3}, {"length_penalty", 0.5}, {"decoder_start_token_id", 6}}));
}

TEST(Languages, OthersAreRefused) {
  Translator translator = translator_of_languages(false);
  const auto said = [&](const LanguageChoice& choice) {
    return error_of([&] { choose_languages(translator, choice); });
  };
  EXPECT_THAT(said({.target = "de"}),
              HasSubstr("the language de: the model does not know it; it knows en_XX, fa_IR, zh_CN, zh_TW"));
  EXPECT_THAT(said({.source = "zh"}), HasSubstr("the language zh: several begin so: zh_CN, zh_TW"));
}

// A translator whose config.json has words for two translations, as T5's has.
void write_directory_with_prefixes(const TemporaryDirectory& saved) {
  Translator translator = translator_of_languages(/*behind=*/false);
  translator.tokenizer = std::make_unique<text::Tokenizer>(text::Tokenizer::from_json(
      R"({"version": "1.0", "added_tokens": [{"id": 1, "content": "<pad>", "special": true},
        {"id": 2, "content": "</s>", "special": true}], "pre_tokenizer": {"type": "WhitespaceSplit"},
        "model": {"type": "WordLevel", "unk_token": "?", "vocab": {"?": 0, "<pad>": 1, "</s>": 2, "to": 3, "Persian:": 4,
          "English:": 5, "a": 6, "book": 7, "house": 8, "river": 9, "کتاب": 10, "خانه": 11, "رود": 12}}})",
      "tokenizer.json"));
  TranslationTrainee(translator, kPairs, {}, {}).save(saved.path());
  Json config = read_json(saved / "config.json");
  config["task_specific_params"] = {
      {"summarization", {{"prefix", "a "}}},
      {"translation_en_to_fa", {{"prefix", "to Persian: "}, {"num_beams", 4}, {"max_length", 300}}},
      {"translation_fa_to_en", {{"prefix", "to English: "}}}};
  write_file_atomically(saved / "config.json", format_json(config));
}

TEST(Languages, WordsBeforeATextSayWhatToDoWithIt) {
  const TemporaryDirectory directory;
  write_directory_with_prefixes(directory);
  Translator translator = Translator::load(directory.path());
  EXPECT_EQ(source_tokens(translator, "a house"), (std::vector<int64_t>{6, 8, 2}));
  EXPECT_THAT(language_notes(translator), testing::ElementsAre(HasSubstr("(en to fa, fa to en)")));
  choose_languages(translator, {.source = "en", .target = "fa"});
  EXPECT_THAT(language_notes(translator), IsEmpty());
  EXPECT_EQ(source_tokens(translator, "a house"), (std::vector<int64_t>{3, 4, 6, 8, 2}));
  EXPECT_EQ(translator.decoding.num_beams, 4);
  EXPECT_EQ(translator.decoding.max_length, 300);
  // Nothing to translate stays so, and words are counted without those of the prefix.
  Context context;
  EXPECT_EQ(translate(translator, {" "}, {}, context)[0].best[0].text, "");
  const Alignment alignment = align(translator, "a house", {.text = "خانه رود", .tokens = {11, 12, 2}});
  EXPECT_EQ(alignment.source_tokens.size(), 5U);
  for (const auto& [source, target] : alignment.words)
    EXPECT_THAT(source, testing::AllOf(testing::Ge(0), testing::Le(1)));
  choose_languages(translator, {.prefix = "a "});
  EXPECT_EQ(source_tokens(translator, "a house"), (std::vector<int64_t>{6, 6, 8, 2}));
  choose_languages(translator, {.target = "fa", .prefix = ""});
  EXPECT_EQ(source_tokens(translator, "a house"), (std::vector<int64_t>{6, 8, 2}));
  choose_languages(translator, {.target = "fa"});
  // One language is enough if it decides.
  EXPECT_EQ(translation_task(translator.origin.config, {.target = "en"}), "translation_fa_to_en");
  // A model that is trained further keeps the words that it was trained with.
  TemporaryDirectory saved;
  TranslationTrainee(translator, kPairs, {}, {}).save(saved.path());
  const Translator again = Translator::load(saved.path());
  EXPECT_EQ(again.prefix, "to Persian: ");
  EXPECT_THAT(language_notes(again), IsEmpty());
  EXPECT_EQ(settings_of_task(read_json(saved / "config.json"), "translation_fa_to_en"),
            (Json{{"prefix", "to English: "}}));
}

// The blank at the prefix's end is a token when nothing follows, and part of the next word otherwise.
TEST(Languages, ATextOfOneTokenBehindAPrefixIsTranslated) {
  Translator translator = translator_of_languages(/*behind=*/false);
  translator.tokenizer = std::make_unique<text::Tokenizer>(text::Tokenizer::from_json(
      R"({"version": "1.0", "added_tokens": [{"id": 1, "content": "</s>", "special": true}],
        "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": true},
        "decoder": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": true},
        "model": {"type": "WordLevel", "unk_token": "?",
          "vocab": {"?": 0, "</s>": 1, "▁": 2, "▁to": 3, "▁English:": 4, "▁house": 5}}})",
      "tokenizer.json"));
  translator.prefix = "to English: ";
  Context context;
  EXPECT_GT(translate(translator, {"house"}, {}, context)[0].tokens, 0);
  EXPECT_EQ(translate(translator, {""}, {}, context)[0].tokens, 0);
  const Alignment alignment = align(translator, "house", {.text = "house", .tokens = {5, 2}});
  ASSERT_FALSE(alignment.words.empty());
  for (const auto& [source, target] : alignment.words) EXPECT_EQ(source, 0);
}

TEST(Languages, TranslationsThatConfigJsonDoesNotNameAreRefused) {
  const TemporaryDirectory directory;
  write_directory_with_prefixes(directory);
  Translator translator = Translator::load(directory.path());
  EXPECT_THAT(
      error_of([&] { choose_languages(translator, {.source = "en", .target = "de"}); }),
      HasSubstr("a translation from en to de: the model does not know it; it knows en to fa, fa to en"));
}

}  // namespace
}  // namespace hodhod
