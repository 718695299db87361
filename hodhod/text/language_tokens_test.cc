// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/language_tokens.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hodhod/base/testing.h"

namespace hodhod::text {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// A tokenizer.json with this post-processor.
Tokenizer tokenizer_with(const std::string& post_processor) {
  return Tokenizer::from_json(
      R"({"version": "1.0", "added_tokens": [
        {"id": 2, "content": "</s>", "special": true}, {"id": 4, "content": "pes_Arab", "special": true},
        {"id": 3, "content": "en_XX", "special": true}, {"id": 5, "content": "ab_CD", "special": false}],
        "pre_tokenizer": {"type": "WhitespaceSplit"}, "post_processor": )" +
          post_processor + R"(, "model": {"type": "WordLevel", "unk_token": "?", "vocab":
        {"?": 0, "a": 1, "</s>": 2, "en_XX": 3, "pes_Arab": 4, "ab_CD": 5}}})",
      "tokenizer.json");
}

constexpr const char* kTemplate = R"({"type": "TemplateProcessing",
  "single": [{"SpecialToken": {"id": "en_XX", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
             {"SpecialToken": {"id": "</s>", "type_id": 0}}],
  "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
  "special_tokens": {"en_XX": {"id": "en_XX", "ids": [3], "tokens": ["en_XX"]},
                     "</s>": {"id": "</s>", "ids": [2], "tokens": ["</s>"]}}})";

TEST(LanguageTokens, HowTheyAreSpelt) {
  for (const char* token : {"en_XX", "fa_IR", "pes_Arab", "ace_Latn"})
    EXPECT_TRUE(is_language_token(token)) << token;
  for (const char* token : {"", "_", "en", "en_", "en_x", "EN_XX", "e_XX", "farsi_IR", "en_XXX", "fa_ir",
                            "fa_ARAB", "<s>", "a_bc"})
    EXPECT_FALSE(is_language_token(token)) << token;
}

TEST(LanguageTokens, SpecialOnesByTheirIds) {
  EXPECT_THAT(language_tokens(tokenizer_with(kTemplate)), ElementsAre("en_XX", "pes_Arab"));
}

TEST(LanguageTokens, AnotherLanguageAroundTexts) {
  for (const std::string& post_processor :
       {std::string(kTemplate), R"({"type": "Sequence", "processors": [)" + std::string(kTemplate) + "]}"}) {
    Tokenizer tokenizer = tokenizer_with(post_processor);
    EXPECT_THAT(tokenizer.encode("a").ids, ElementsAre(3, 1, 2));
    set_language(tokenizer, "pes_Arab");
    EXPECT_THAT(tokenizer.encode("a").ids, ElementsAre(4, 1, 2));
    EXPECT_THAT(tokenizer.encode_ids("a", true), ElementsAre(4, 1, 2));
    EXPECT_THAT(tokenizer.encode_pair("a", "a").ids, ElementsAre(1, 1));
    EXPECT_THAT(Tokenizer::from_json(tokenizer.to_json(), "again").encode("a").ids, ElementsAre(4, 1, 2));
    set_language(tokenizer, "en_XX");
    EXPECT_THAT(tokenizer.encode("a").ids, ElementsAre(3, 1, 2));
    EXPECT_THAT(error_of([&] { set_language(tokenizer, "de_DE"); }), HasSubstr("no such language"));
    EXPECT_THAT(error_of([&] { set_language(tokenizer, "a"); }), HasSubstr("no such language"));
  }
  Tokenizer plain = tokenizer_with("null");
  EXPECT_THAT(error_of([&] { set_language(plain, "en_XX"); }), HasSubstr("puts no token of a language"));
}

}  // namespace
}  // namespace hodhod::text
