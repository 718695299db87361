// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/pre_tokenizers/pre_tokenizer.h"
#include "hodhod/base/rng.h"

#include <gtest/gtest.h>

#include "hodhod/base/error.h"
#include "hodhod/text/patterns/pattern.h"
#include "hodhod/text/pre_tokenizers/byte_level.h"
#include "hodhod/text/pre_tokenizers/characters.h"
#include "hodhod/text/pre_tokenizers/gpt2_pattern.h"
#include "hodhod/text/pre_tokenizers/metaspace.h"
#include "hodhod/text/pre_tokenizers/split.h"
#include "hodhod/text/testing/random_text.h"
#include "hodhod/text/unicode/byte_alphabet.h"
#include "hodhod/text/unicode/character_classes.h"
#include "hodhod/text/unicode/scripts.h"

namespace hodhod::text {
namespace {

using Strings = std::vector<std::string>;

Strings cut(const PreTokenizer& pre_tokenizer, std::string_view text) {
  SplitText split{NormalizedText(text)};
  pre_tokenizer.apply(split);
  Strings pieces;
  for (size_t i = 0; i < split.pieces.size(); ++i) {
    EXPECT_GT(split.pieces[i].range.size(), 0u);
    pieces.emplace_back(split.piece(i));
  }
  return pieces;
}

Strings matches(const Pattern& pattern, const std::string& text) {
  Strings found;
  pattern.for_each_match(text, [&](Range range) { found.push_back(text.substr(range.begin, range.size())); });
  return found;
}

Strings scan(const std::string& text) {
  const Gpt2Scanner scanner;
  Strings pieces;
  for (size_t at = 0; at < text.size();) {
    const size_t end = scanner.next(text, at);
    pieces.push_back(text.substr(at, end - at));
    at = end;
  }
  return pieces;
}

// Code points that utf8proc's and PCRE2's Unicode versions see alike.
bool is_settled(const Pattern& letter, const Pattern& number, const std::string& character) {
  const uint8_t classes = compute_character_class(read_character(character).code);
  return !matches(letter, character).empty() == ((classes & kLetter) != 0) &&
         !matches(number, character).empty() == ((classes & kNumber) != 0);
}

TEST(Gpt2Pattern, ScannerIsThePattern) {
  const Pattern pattern(Gpt2Scanner::kPattern, "test");
  const Pattern letter("\\p{L}", "test"), number("\\p{N}", "test");
  Rng rng(3);
  for (int i = 0; i < 3000; ++i) {
    std::string text;
    for (const std::string raw = random_text(rng, 25); text.size() < raw.size();) {
      const uint32_t size = read_character(raw, text.size()).size;
      const std::string character = raw.substr(text.size(), size);
      text += is_settled(letter, number, character) ? character : std::string(size, 'x');
    }
    ASSERT_EQ(scan(text), matches(pattern, text)) << text;
  }
  int unsettled = 0;
  for (char32_t c = 1; c < 0x110000; ++c) {
    if (c >= 0xD800 && c < 0xE000) continue;
    const std::string character = to_utf8(c);
    if (c < 0x30000 && !is_settled(letter, number, character)) ++unsettled;
    if (c >= 0x3400 && c % 64 != 0) continue;
    if (!is_settled(letter, number, character)) continue;
    const std::string text = "a" + character + " " + character + "1";
    ASSERT_EQ(scan(text), matches(pattern, text)) << static_cast<uint32_t>(c);
  }
  // Characters that one of the two versions of Unicode does not know yet.
  EXPECT_LT(unsettled, 6000);
}

TEST(Gpt2Pattern, CoversAnyBytes) {
  Rng rng(4);
  for (int i = 0; i < 200; ++i) {
    const std::string bytes = random_bytes(rng, 64);
    std::string all;
    for (const std::string& piece : scan(bytes)) all += piece;
    EXPECT_EQ(all, bytes);
  }
}

TEST(PreTokenizers, Whitespace) {
  EXPECT_EQ(cut(*make_whitespace(), "Hey man! می\u200Cخواهم_2"),
            (Strings{"Hey", "man", "!", "می\u200Cخواهم_2"}));
  EXPECT_EQ(cut(*make_whitespace(), "a+-b \u2022"), (Strings{"a", "+-", "b", "\u2022"}));
  EXPECT_EQ(cut(*make_whitespace_split(), " a,b\u00A0c\n"), (Strings{"a,b", "c"}));
  EXPECT_EQ(cut(*make_bert_pre_tokenizer(), "It's $5، نه"), (Strings{"It", "'", "s", "$", "5", "،", "نه"}));
}

// From Hugging Face's own tests, and what its reading of leading blanks comes to.
TEST(PreTokenizers, UnicodeScripts) {
  const PreTokenizerPtr scripts = make_unicode_scripts();
  EXPECT_EQ(cut(*scripts, "どこで生れ。Yes"), (Strings{"どこで生れ", "。", "Yes"}));
  EXPECT_EQ(cut(*scripts, "Apples are りんご 林檎"), (Strings{"Apples are ", "りんご 林檎"}));
  EXPECT_EQ(cut(*scripts, "  x ۱2ی۱"), (Strings{"x ", "۱", "2", "ی۱"}));
  EXPECT_EQ(cut(*scripts, " "), Strings{});
  EXPECT_EQ(scripts->to_json()["type"], "UnicodeScripts");
}

// Values of Unicode 14's Scripts.txt.
TEST(Scripts, OfCharacters) {
  for (const char32_t c : {U'京', U'太'}) EXPECT_EQ(script_of(c), Script::han);
  for (const char32_t c : {U' ', U'0', U'$', U'-', U'،', U'؟', U'ـ', U'\u2581', U'😀', U'\u30FC'})
    EXPECT_EQ(script_of(c), Script::common);
  for (const char32_t c : {U'\u200C', U'\u0301', U'\u064B', U'\u0670'})
    EXPECT_EQ(script_of(c), Script::inherited);
  EXPECT_EQ(script_of(U'い'), Script::hiragana);
  EXPECT_EQ(script_of(U'グ'), Script::katakana);
  for (const char32_t c : {U'\u0378', char32_t{0xD800}, char32_t{0x10FFFF}, char32_t{0x110000}, kIllFormed})
    EXPECT_EQ(script_of(c), Script::unknown);
  EXPECT_EQ(script_of(U'ی'), script_of(U'۱'));
  EXPECT_EQ(script_of(U'a'), script_of(U'é'));
  EXPECT_NE(script_of(U'a'), script_of(U'а'));
  for (const char32_t c : {U'い', U'グ', U'\u30FC', U'京'}) EXPECT_EQ(joined_script_of(c), Script::han);
}

TEST(Scripts, EndOfWhatOnePieceMayHold) {
  EXPECT_EQ(script_end("▁می\u200Cخواهم."), std::string("▁می\u200Cخواهم").size());
  EXPECT_EQ(script_end("▁word,"), std::string("▁word").size());
  EXPECT_EQ(script_end("2021."), 5u);
  EXPECT_EQ(script_end("e\u0301t"), 4u);
  EXPECT_EQ(script_end("\xFFz"), 2u);
}

// The table in Hugging Face's documentation of Split.
TEST(PreTokenizers, BlankSplitKeepsOtherWhiteSpaceInWords) {
  EXPECT_EQ(cut(*make_blank_split(), " a\xC2\xA0z  b\tc\r\n\nd\x0B "),
            (Strings{"a\xC2\xA0z", "b", "c", "\n", "\n", "d\x0B"}));
  // It is a pattern, which any reader of tokenizer.json can match.
  const auto matched = make_split_pattern(R"((?:[^ \t\r\n\x00]+|\n))", SplitBehavior::removed, true);
  Rng rng(1);
  for (int round = 0; round < 200; ++round) {
    std::string text;
    for (uint64_t i = rng.below(20); i > 0; --i) text += " \t\r\nab\x0B\0c"[rng.below(9)];
    EXPECT_EQ(cut(*make_blank_split(), text), cut(*matched, text));
  }
}

TEST(PreTokenizers, SplitBehaviors) {
  const std::string text = "the-final--countdown";
  const auto with = [&](SplitBehavior behavior) { return cut(*make_split("-", behavior), text); };
  EXPECT_EQ(with(SplitBehavior::removed), (Strings{"the", "final", "countdown"}));
  EXPECT_EQ(with(SplitBehavior::isolated), (Strings{"the", "-", "final", "-", "-", "countdown"}));
  EXPECT_EQ(with(SplitBehavior::merged_with_previous), (Strings{"the-", "final-", "-", "countdown"}));
  EXPECT_EQ(with(SplitBehavior::merged_with_next), (Strings{"the", "-final", "-", "-countdown"}));
  EXPECT_EQ(with(SplitBehavior::contiguous), (Strings{"the", "-", "final", "--", "countdown"}));
  EXPECT_EQ(cut(*make_split_pattern("[a-z]+", SplitBehavior::removed, true), text),
            (Strings{"the", "final", "countdown"}));
}

TEST(PreTokenizers, OtherKinds) {
  EXPECT_EQ(cut(*make_digits(), "a12 ۳b"), (Strings{"a", "12", " ", "۳", "b"}));
  EXPECT_EQ(cut(*make_digits(true), "a12"), (Strings{"a", "1", "2"}));
  EXPECT_EQ(cut(*make_punctuation(), "a!?b"), (Strings{"a", "!", "?", "b"}));
  EXPECT_EQ(cut(*make_char_delimiter_split("،"), "a،b"), (Strings{"a", "b"}));
  EXPECT_EQ(cut(*make_fixed_length(2), "abی"), (Strings{"ab", "ی"}));
}

TEST(PreTokenizers, Metaspace) {
  EXPECT_EQ(cut(*make_metaspace(), "Hey you  all"), (Strings{"▁Hey", "▁you", "▁", "▁all"}));
  EXPECT_EQ(cut(*make_metaspace({.prepend_scheme = PrependScheme::never}), "a b"), (Strings{"a", "▁b"}));
  EXPECT_EQ(cut(*make_metaspace({.split = false}), "a b"), (Strings{"▁a▁b"}));
  EXPECT_EQ(cut(*make_metaspace(), " a"), (Strings{"▁a"}));
  SplitText split{NormalizedText("ab", true, 5)};
  make_metaspace({.prepend_scheme = PrependScheme::first})->apply(split);
  EXPECT_EQ(split.piece(0), "ab");
}

TEST(PreTokenizers, ByteLevelBeforeOthersIsSpeltOut) {
  std::vector<PreTokenizerPtr> parts;
  parts.push_back(make_byte_level({.add_prefix_space = true}));
  parts.push_back(make_digits(true));
  EXPECT_EQ(cut(*make_pre_tokenizer_sequence(std::move(parts)), "é 1"), (Strings{"ĠÃ©", "Ġ", "1"}));
}

TEST(ByteAlphabet, IsABijection) {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all.push_back(static_cast<char>(byte));
  EXPECT_EQ(from_byte_alphabet(to_byte_alphabet(all)), all);
  EXPECT_EQ(count_characters(to_byte_alphabet(all)), 256u);
  EXPECT_EQ(to_byte_alphabet(" \n"), "ĠĊ");
  EXPECT_EQ(from_byte_alphabet("سĠ"), "س ");
}

// The pattern of Llama 3 and GPT-4.
TEST(Patterns, OfLargeModels) {
  const Pattern pattern(
      R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)",
      "test");
  EXPECT_EQ(matches(pattern, "We'LL pay 12345!\n\n  ok"),
            (Strings{"We", "'LL", " pay", " ", "123", "45", "!\n\n", " ", " ok"}));
  const std::string blanks(1 << 20, ' ');
  EXPECT_EQ(matches(pattern, blanks).size(), 1u);
}

// More steps than the limit: an error, not a hang.
TEST(Patterns, StepsAreLimited) {
  EXPECT_THROW(matches(Pattern("^(a|aa)+$", "t"), std::string(5000, 'a') + "!"), Error);
}

TEST(PreTokenizers, JsonGoesBothWays) {
  const std::string text =
      R"({"type":"Sequence","pretokenizers":[{"type":"Split","pattern":{"Regex":"a"},"behavior":"MergedWithNext","invert":true},)"
      R"({"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":false},{"type":"Whitespace"},)"
      R"({"type":"Metaspace","replacement":"_","prepend_scheme":"first","split":false},{"type":"Digits","individual_digits":true},)"
      R"({"type":"Punctuation","behavior":"Contiguous"},{"type":"CharDelimiterSplit","delimiter":"x"},{"type":"WhitespaceSplit"},)"
      R"({"type":"BertPreTokenizer"},{"type":"FixedLength","length":3},{"type":"Split","pattern":{"String":"s"},"behavior":"Removed","invert":false}]})";
  EXPECT_EQ(format_json(pre_tokenizer_from_json(parse_json(text, "t"), "t")->to_json(), -1), text);
  const auto old = pre_tokenizer_from_json(
      parse_json(R"({"type":"Metaspace","replacement":"▁","add_prefix_space":false})", "t"), "t");
  EXPECT_EQ(cut(*old, "a b"), (Strings{"a", "▁b"}));
  EXPECT_THROW(pre_tokenizer_from_json(parse_json(R"({"type":"Digit"})", "t"), "t"), Error);
  EXPECT_THROW(pre_tokenizer_from_json(parse_json(R"({"type":"FixedLength","length":0})", "t"), "t"), Error);
}

}  // namespace
}  // namespace hodhod::text
