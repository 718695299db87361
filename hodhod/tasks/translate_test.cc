// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/translate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hodhod/tasks/test_translator.h"

namespace hodhod {
namespace {

// The model is untrained, so every translation runs to its limit.
TEST(Translate, ATextKnowsNothingOfTheOthers) {
  const Translator translator = test_translator(TokenizerKind::character);
  const std::vector<std::string> texts = {"the cat sat", "a", "", "dogs ran home", "یاد"};
  for (const DecodeOptions& options :
       {DecodeOptions{}, DecodeOptions{.num_beams = 3}, DecodeOptions{.do_sample = true, .temperature = 3}}) {
    const auto together = translate(translator, texts, {.decode = options}, plain());
    for (size_t i = 0; i < texts.size(); ++i) {
      const auto alone = translate(translator, {texts[i]}, {.decode = options, .first = i}, plain());
      EXPECT_EQ(together[i].best[0].tokens, alone[0].best[0].tokens) << texts[i];
      EXPECT_EQ(together[i].best[0].score, alone[0].best[0].score) << texts[i];
    }
  }
}

TEST(Translate, TheLengthLimitGoesByTheText) {
  const Translator translator = test_translator(TokenizerKind::character);
  const auto length = [&](const DecodeOptions& options) {
    return translate(translator, {"a", "the cat sat"}, {.decode = options}, plain())[0].best[0].tokens.size();
  };
  // No end is generated: one character and the end of sequence allow 3 · 2 + 20 tokens.
  EXPECT_EQ(length({.min_new_tokens = 1000}), 26u);
  EXPECT_EQ(length({.max_new_tokens = 7, .min_new_tokens = 1000}), 7u);
}

TEST(Translate, NothingComesOfNothing) {
  const Translator translator = test_translator(TokenizerKind::character);
  const std::vector<std::string> texts = {"", " \t", "\u00a0\u3000", "\u200b", "a"};
  const auto found =
      translate(translator, texts,
                {.decode = {.min_new_tokens = 3, .num_beams = 2, .num_return_sequences = 2}}, plain());
  for (size_t i = 0; i < texts.size(); ++i) {
    ASSERT_EQ(found[i].best.size(), i < 4 ? 1u : 2u);
    EXPECT_EQ(found[i].best[0].text.empty(), i < 4) << i;
    EXPECT_EQ(found[i].best[0].tokens.empty(), i < 4) << i;
    EXPECT_EQ(found[i].tokens > 0, i == 4) << i;
  }
}

// Each part is translated as it would be alone; no text is left out.
TEST(Translate, ALongTextIsTranslatedInParts) {
  const Translator translator = test_translator(TokenizerKind::character);
  const int64_t most = translator.config().max_length();
  std::string sentence = "the cat sat on the mat.", text;
  while (std::ssize(text) <= most) text += (text.empty() ? "" : " ") + sentence;
  const DecodeOptions decode{.max_new_tokens = 5, .min_new_tokens = 5};
  const Translated found = translate(translator, {text}, {.decode = decode}, plain())[0];
  EXPECT_EQ(found.tokens, std::ssize(text) + 1);
  const Translation& best = found.best[0];
  EXPECT_TRUE(found.whole_sentences);
  ASSERT_EQ(best.parts.size(), (text.size() + 1) / (sentence.size() + 1));
  const std::string alone = translate(translator, {sentence}, {.decode = decode}, plain())[0].best[0].text;
  std::string joined;
  for (const Translation& part : best.parts) {
    EXPECT_EQ(part.source, sentence);
    EXPECT_EQ(part.text, alone);
    joined += (joined.empty() ? "" : " ") + part.text;
  }
  EXPECT_EQ(best.text, joined);
  EXPECT_EQ(best.tokens.size(), 5 * best.parts.size());
  std::string words;
  while (std::ssize(words) <= most) words += "cat sat ";
  const Translated cut = translate(translator, {words}, {.decode = decode}, plain())[0];
  EXPECT_FALSE(cut.whole_sentences);
  EXPECT_EQ(cut.best[0].parts.size(), 2u);
}

TEST(Translate, ADocumentBySentences) {
  const Translator translator = test_translator(TokenizerKind::character);
  const DecodeOptions decode{.max_new_tokens = 4, .min_new_tokens = 4, .do_sample = true, .temperature = 3};
  const std::vector<std::string> texts = {"a dog. the cat", "a dog."};
  const auto together = translate(translator, texts,
                                  {.decode = decode, .unit = TranslationUnit::sentence, .first = 7}, plain());
  ASSERT_EQ(together[0].best[0].parts.size(), 2u);
  EXPECT_TRUE(together[1].best[0].parts.empty());
  const auto alone = translate(translator, {texts[1]},
                               {.decode = decode, .unit = TranslationUnit::sentence, .first = 8}, plain());
  EXPECT_EQ(alone[0].best[0].tokens, together[1].best[0].tokens);
}

TEST(Translate, TextAsTheTokenizerReadsIt) {
  EXPECT_EQ(normalized_text(*test_translator(TokenizerKind::bpe).tokenizer, "كتاب ۱۲"),
            "\u06a9\u062a\u0627\u0628 ۱۲");
}

}  // namespace
}  // namespace hodhod
