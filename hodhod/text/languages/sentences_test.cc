// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/languages/sentences.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "hodhod/base/utf8.h"

namespace hodhod::text {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Sentences, EndAtStopsBeforeBlanks) {
  EXPECT_THAT(split_sentences("One. Two!  Three? \"Four.\" (Five.) six... Seven"),
              ElementsAre("One.", "Two!", "Three?", "\"Four.\"", "(Five.) six...", "Seven"));
  EXPECT_THAT(split_sentences("Pi is 3.14. See example.com/a.b now. Yes"),
              ElementsAre("Pi is 3.14.", "See example.com/a.b now.", "Yes"));
  EXPECT_THAT(split_sentences("It was in 1990. The end?! \xC2\xA0 \"What?\" he said."),
              ElementsAre("It was in 1990.", "The end?!", "\"What?\" he said."));
  EXPECT_THAT(split_sentences(" \t "), IsEmpty());
  EXPECT_THAT(split_sentences("no stop"), ElementsAre("no stop"));
  EXPECT_THAT(split_sentences("all is small. even here! e.g. this."),
              ElementsAre("all is small.", "even here!", "e.g. this."));
}

TEST(Sentences, DoNotEndAfterAbbreviations) {
  for (const char* whole :
       {"Dr. Smith met Mr. and Mrs. J. R. R. Tolkien.", "He came at 5 p.m. Monday.",
        "See Fig. 3 and e.g. Table 2.", "The U.S. Senate met.", "1. Salt and water", "It is No. 5 of them.",
        "Apples, pears, etc. are fruit.", "Acme Inc. Chairman Jones left."}) {
    EXPECT_THAT(split_sentences(whole), ElementsAre(whole));
  }
  EXPECT_THAT(split_sentences("He left at 5 p.m. The rest stayed. They work at Acme Inc. He does not."),
              ElementsAre("He left at 5 p.m.", "The rest stayed.", "They work at Acme Inc.", "He does not."));
  EXPECT_THAT(split_sentences("Is it? No. Why?"), ElementsAre("Is it?", "No.", "Why?"));
}

TEST(Sentences, OfPersianArabicAndChinese) {
  EXPECT_THAT(
      split_sentences(
          "سلام. حال شما چطور است؟ خوبم! او در ۳۰۰ ق.م. می‌زیست."),
      ElementsAre("سلام.", "حال شما چطور است؟", "خوبم!", "او در ۳۰۰ ق.م. می‌زیست."));
  EXPECT_THAT(split_sentences("هذا كتاب؛ وهذا قلم. ما هذا؟"), ElementsAre("هذا كتاب؛ وهذا قلم.", "ما هذا؟"));
  EXPECT_THAT(split_sentences("یہ کتاب ہے۔ وہ قلم ہے۔"), ElementsAre("یہ کتاب ہے۔", "وہ قلم ہے۔"));
  EXPECT_THAT(split_sentences("我来了。你好吗？“很好！”他说。"),
              ElementsAre("我来了。", "你好吗？", "“很好！”", "他说。"));
}

TEST(Sentences, PartsFitAndLoseNothing) {
  const auto up_to = [](size_t most) {
    return [most](std::string_view part) { return count_characters(part) <= most; };
  };
  EXPECT_THAT(split_to_fit("One. Two.", up_to(20)).parts, ElementsAre("One. Two."));
  const auto sentences = split_to_fit("One two. Three.", up_to(10));
  EXPECT_THAT(sentences.parts, ElementsAre("One two.", "Three."));
  EXPECT_TRUE(sentences.whole_sentences);
  const auto clauses = split_to_fit("aa, bb, cc, dddd ee ffffffffffff. G.", up_to(8));
  EXPECT_THAT(clauses.parts, ElementsAre("aa, bb,", "cc,", "dddd ee", "ffffffff", "ffff.", "G."));
  EXPECT_FALSE(clauses.whole_sentences);
  EXPECT_THAT(split_to_fit("abc", up_to(0)).parts, ElementsAre("a", "b", "c"));
}

TEST(Sentences, BlankTexts) {
  for (const char* blank :
       {"", " ", "\t\r\n", "\xC2\xA0\xE3\x80\x80", "\xE2\x80\x8B\xEF\xBB\xBF\xE2\x80\x8C"}) {
    EXPECT_TRUE(is_blank_text(blank)) << blank;
  }
  for (const char* text : {"a", " .", "\xFF", "\xEE\x80\x80"}) EXPECT_FALSE(is_blank_text(text)) << text;
}

}  // namespace
}  // namespace hodhod::text
