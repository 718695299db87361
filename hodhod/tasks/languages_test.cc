// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/languages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hodhod/base/file.h"
#include "hodhod/base/json.h"
#include "hodhod/base/testing.h"
#include "hodhod/models/transformer_model.h"

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

}  // namespace
}  // namespace hodhod
