// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/translate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hodhod/tasks/test_translator.h"

namespace hodhod {
namespace {

// The model has learnt nothing, so that every translation runs to its limit.
TEST(Translate, ATextKnowsNothingOfTheOthers) {
  const Translator translator = test_translator(TokenizerKind::character);
  const std::vector<std::string> texts = {"the cat sat", "a", "", "dogs ran home", "یاد"};
  for (const DecodeOptions& options :
       {DecodeOptions{}, DecodeOptions{.num_beams = 3}, DecodeOptions{.do_sample = true, .temperature = 3}}) {
    const auto together = translate(translator, texts, options);
    for (size_t i = 0; i < texts.size(); ++i) {
      const auto alone = translate(translator, {texts[i]}, options, kBatchTokens, i);
      EXPECT_EQ(together[i][0].tokens, alone[0][0].tokens) << texts[i];
      EXPECT_EQ(together[i][0].score, alone[0][0].score) << texts[i];
    }
  }
}

TEST(Translate, TheLengthLimitGoesByTheText) {
  const Translator translator = test_translator(TokenizerKind::character);
  const auto length = [&](const DecodeOptions& options) {
    return translate(translator, {"a", "the cat sat"}, options)[0][0].tokens.size();
  };
  // Never an end: one character and the end of the sequence allow 3 · 2 + 20 tokens.
  EXPECT_EQ(length({.min_new_tokens = 1000}), 26u);
  EXPECT_EQ(length({.max_new_tokens = 7, .min_new_tokens = 1000}), 7u);
}

}  // namespace
}  // namespace hodhod
