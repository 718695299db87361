// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/normalizers/normalizer.h"

#include <gtest/gtest.h>
#include <utf8proc.h>

#include <cstdlib>

#include "hodhod/base/error.h"
#include "hodhod/text/normalizers/characters.h"
#include "hodhod/text/normalizers/replace.h"
#include "hodhod/text/normalizers/unicode_forms.h"
#include "hodhod/text/testing/random_text.h"

namespace hodhod::text {
namespace {

// The whole text at once, by utf8proc alone.
std::string whole(const std::string& text, UnicodeForm form) {
  auto* p = reinterpret_cast<const utf8proc_uint8_t*>(text.c_str());
  utf8proc_uint8_t* out = nullptr;
  if (form == UnicodeForm::nfc) out = utf8proc_NFC(p);
  if (form == UnicodeForm::nfd) out = utf8proc_NFD(p);
  if (form == UnicodeForm::nfkc) out = utf8proc_NFKC(p);
  if (form == UnicodeForm::nfkd) out = utf8proc_NFKD(p);
  std::string result = reinterpret_cast<const char*>(out);
  std::free(out);
  return result;
}

TEST(UnicodeForms, SegmentsGiveWhatTheWholeGives) {
  Rng rng(1);
  for (const auto form : {UnicodeForm::nfc, UnicodeForm::nfd, UnicodeForm::nfkc, UnicodeForm::nfkd}) {
    const auto normalizer = make_unicode_normalizer(form);
    for (int i = 0; i < 400; ++i) {
      std::string text = random_text(rng, 20);
      std::erase(text, '\0');
      EXPECT_EQ(normalize(*normalizer, text), whole(text, form)) << text;
    }
    for (char32_t c = 1; c < 0x30000; ++c) {
      if (c >= 0xD800 && c < 0xE000) continue;
      const std::string text = "a" + to_utf8(c) + "\u0301" + to_utf8(c);
      ASSERT_EQ(normalize(*normalizer, text), whole(text, form)) << static_cast<uint32_t>(c);
    }
  }
}

TEST(UnicodeForms, IllFormedBytesStay) {
  const auto nfkc = make_unicode_normalizer(UnicodeForm::nfkc);
  EXPECT_EQ(normalize(*nfkc,
                      "\xFF"
                      "ﬁ\xE2\x80"
                      "e\u0301\xC3"),
            "\xFF"
            "fi\xE2\x80\u00E9\xC3");
}

TEST(UnicodeForms, ARunOfMarksIsOneSegment) {
  std::string marks = "a";
  for (int i = 0; i < 200000; ++i) marks += i % 2 ? "\u0301" : "\u0316";
  const auto nfd = make_unicode_normalizer(UnicodeForm::nfd);
  const std::string result = normalize(*nfd, marks);
  EXPECT_EQ(result.size(), marks.size());
  EXPECT_EQ(result.substr(1, 4), "\u0316\u0316");
}

// Every byte of the result must come from a range of the original, in order, and what is kept from itself.
TEST(Normalizers, RangesAreInOrderAndInside) {
  Rng rng(2);
  std::vector<NormalizerPtr> all;
  all.push_back(make_unicode_normalizer(UnicodeForm::nfkc));
  all.push_back(make_lowercase());
  all.push_back(make_strip());
  all.push_back(make_strip_accents());
  all.push_back(make_nmt());
  all.push_back(make_prepend("▁"));
  all.push_back(make_replace(" ", "▁"));
  all.push_back(make_replace_pattern("[a-z]+", "x"));
  all.push_back(make_bert_normalizer());
  const auto sequence = make_normalizer_sequence(std::move(all));
  for (int i = 0; i < 300; ++i) {
    const std::string text = i % 3 == 0 ? random_bytes(rng, 40) : random_text(rng, 15);
    NormalizedText normalized(text, true, 100);
    sequence->apply(normalized);
    EXPECT_EQ(normalize(*sequence, text), normalized.view());
    uint32_t last = 100;
    for (size_t b = 0; b < normalized.view().size(); ++b) {
      const Range from = normalized.original_range(b, b + 1);
      EXPECT_GE(from.begin, last);
      EXPECT_LE(from.begin, from.end);
      EXPECT_LE(from.end, 100 + text.size());
      last = from.begin;
    }
  }
}

TEST(Normalizers, UnchangedTextIsNotCopied) {
  const std::string text = "plain می‌خواهم é";
  NormalizedText normalized(text);
  make_unicode_normalizer(UnicodeForm::nfc)->apply(normalized);
  make_replace("absent", "x")->apply(normalized);
  EXPECT_FALSE(normalized.changed());
  EXPECT_EQ(normalized.view().data(), text.data());
}

TEST(Normalizers, Kinds) {
  EXPECT_EQ(normalize(*make_lowercase(), "ÀİΣ ǅ"), "ài\u0307σ ǆ");
  EXPECT_EQ(normalize(*make_strip(), " \u3000 a b\n"), "a b");
  EXPECT_EQ(normalize(*make_strip(false, true), " a "), " a");
  EXPECT_EQ(normalize(*make_strip_accents(), "e\u0301\u20DD"), "e");
  EXPECT_EQ(normalize(*make_nmt(), "a\x01\tb\u200Bc\u2581"), "a b c ");
  EXPECT_EQ(normalize(*make_byte_level_normalizer(), "é a"), "Ã©Ġa");
  EXPECT_EQ(normalize(*make_prepend("▁"), ""), "");
  EXPECT_EQ(normalize(*make_prepend("▁"), "x"), "▁x");
  EXPECT_EQ(normalize(*make_replace("aa", "b"), "aaa"), "ba");
  EXPECT_EQ(normalize(*make_replace_pattern(" {2,}", " "), "a   b"), "a b");
  EXPECT_EQ(normalize(*make_bert_normalizer(), "H\u00E9llo\u4E2D\t\u0001\uFFFD"), "hello 中  ");
  EXPECT_EQ(normalize(*make_bert_normalizer({.lowercase = false}), "H\u00E9"), "H\u00E9");
}

TEST(Normalizers, JsonGoesBothWays) {
  const std::string text =
      R"({"type":"Sequence","normalizers":[{"type":"NFD"},{"type":"Strip","strip_left":true,"strip_right":false},)"
      R"({"type":"Replace","pattern":{"Regex":"a+"},"content":"b"},{"type":"Replace","pattern":{"String":"x"},"content":""},)"
      R"({"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":false,"strip_accents":null,"lowercase":true},)"
      R"({"type":"Prepend","prepend":"_"},{"type":"ByteLevel"},{"type":"Nmt"},{"type":"Lowercase"},{"type":"StripAccents"}]})";
  const auto normalizer = normalizer_from_json(parse_json(text, "test"), "test");
  EXPECT_EQ(format_json(normalizer->to_json(), -1), text);
  EXPECT_THROW(normalizer_from_json(parse_json(R"({"type":"NFQ"})", "t"), "t"), Error);
  EXPECT_THROW(normalizer_from_json(parse_json(R"({"type":"Replace","content":""})", "t"), "t"), Error);
  EXPECT_THROW(make_replace_pattern("(", ""), Error);
}

}  // namespace
}  // namespace hodhod::text
