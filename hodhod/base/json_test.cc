// SPDX-License-Identifier: Apache-2.0
#include "hodhod/base/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>

#include "hodhod/base/error.h"
#include "hodhod/base/large_json.h"
#include "hodhod/base/rng.h"
#include "hodhod/base/testing.h"

namespace hodhod {
namespace {

std::string parse_error(const std::string& text) {
  return error_of([&] { parse_json(text, "x.json"); });
}

TEST(Json, ReadsEveryKindOfValueInOrder) {
  const Json value = parse_json(R"({"z": [1, -2, 3.5, true, null], "a": {"سلام": "می\u200cرود"}})", "x");
  EXPECT_EQ(format_json(value, -1), "{\"z\":[1,-2,3.5,true,null],\"a\":{\"سلام\":\"می\u200cرود\"}}");
  EXPECT_EQ(parse_json(format_json(value, 2), "x"), value);
}

TEST(Json, ErrorsNameFileLineAndColumn) {
  EXPECT_THAT(parse_error("{\"a\": 1,\n \"b\": tru }"), testing::StartsWith("x.json:2:10: "));
  EXPECT_THAT(parse_error("{\"ب\": x}"), testing::StartsWith("x.json:1:7: "));
  EXPECT_THAT(parse_error(""), testing::StartsWith("x.json:1:1: "));
  EXPECT_THAT(parse_error("[1] 2"), testing::StartsWith("x.json:1:5: "));
  EXPECT_THAT(parse_error("\"\xff\""), testing::HasSubstr("x.json:1:2: "));
  EXPECT_THAT(parse_error("[1e999]"), testing::StartsWith("x.json:1:"));
}

TEST(Json, DuplicateKeysAreRefusedInSmallAndLargeObjects) {
  EXPECT_THAT(parse_error("{\"a\": 1,\n\"a\": 2}"),
              testing::AllOf(testing::StartsWith("x.json:2:3: "), testing::HasSubstr("\"a\" occurs twice")));
  std::string text = "{";
  for (int i = 0; i < 1000; ++i) text += fmt::format("\"k{}\": {}, ", i, i);
  EXPECT_THAT(parse_error(text + "\"k3\": 0}"), testing::HasSubstr("\"k3\" occurs twice"));
  EXPECT_EQ(parse_json(text + "\"k\": 0}", "x").size(), 1001u);
}

// A value of any kind, written with blanks and escapes here and there.
std::string any_json(Rng& rng, int depth) {
  const auto word = [&] {
    std::string text = "\"";
    for (uint64_t i = rng.below(5); i > 0; --i) {
      constexpr std::array kParts = {"a",       "k7",     " ",       "سلام",           "\\u200c",
                                     "\\n",     "\\\\ud", "\\u00e9", "\\ud83d\\ude00", "🕊",
                                     "\\u0000", "\\/"};
      text += kParts[rng.below(kParts.size())];
    }
    return text + "\"";
  };
  constexpr std::array kScalars = {"null",
                                   "true",
                                   "false",
                                   "0",
                                   "-0",
                                   "-0.0",
                                   "7",
                                   "-12",
                                   "1.5",
                                   "2e3",
                                   "1e-7",
                                   "9223372036854775807",
                                   "-9223372036854775808",
                                   "18446744073709551615",
                                   "3.141592653589793238"};
  const uint64_t kind = rng.below(depth > 4 ? 2 : 4);
  if (kind == 0) return kScalars[rng.below(kScalars.size())];
  if (kind == 1) return word();
  std::string text = kind == 2 ? "[" : "{";
  for (uint64_t i = rng.below(30), n = i; i > 0; --i) {
    if (i < n) text += ", ";
    if (kind == 3) text += fmt::format("\"{}{}: ", i, word().substr(1));
    text += any_json(rng, depth + 2);
  }
  return text + (kind == 2 ? "\n]" : " }");
}

TEST(Json, LargeTextsAreReadAsSmallOnesAre) {
  int read = 0;
  for (uint64_t seed = 0; seed < 2000; ++seed) {
    Rng rng(seed);
    std::string text = any_json(rng, 0);
    if (text.size() >= kLargeJson) continue;
    if (const auto value = parse_large_json(text)) {
      ++read;
      ASSERT_EQ(format_json(*value), format_json(parse_json(text, "x"))) << text;
    } else {
      ASSERT_THAT(text, testing::HasSubstr("\\ud")) << text;
    }
    // What one reads of a text with a wrong byte, the other reads too.
    text[rng.below(text.size())] = static_cast<char>(rng.below(256));
    if (const auto value = parse_large_json(text)) {
      ASSERT_EQ(format_json(*value), format_json(parse_json(text, "x"))) << text;
    }
  }
  EXPECT_GT(read, 500);
}

TEST(Json, LargeTextsAreReadStrictly) {
  for (const std::string& text :
       {std::string(65, '[') + std::string(65, ']'), std::string("[1] 2"), std::string("[1e999]"),
        std::string("[\"\\ud800\"]"), std::string("[\"\\udc00\"]"), std::string("\"\xff\""), std::string(),
        std::string("{\"a\": 1, \"a\": 2}"), std::string("[18446744073709551616]")})
    EXPECT_FALSE(parse_large_json(text)) << text;
  EXPECT_TRUE(parse_large_json(std::string(64, '[') + std::string(64, ']')));
  std::string text = "{";
  for (int i = 0; i < 1000; ++i) text += fmt::format("\"k{}\": \"a word\",\n", i);
  EXPECT_GT(text.size(), kLargeJson);
  EXPECT_EQ(parse_json(text + "\"k\": 0}", "x").size(), 1001u);
  EXPECT_THAT(parse_error(text + "\"k3\": 0}"),
              testing::AllOf(testing::StartsWith("x.json:1001:"), testing::HasSubstr("\"k3\" occurs twice")));
  EXPECT_THAT(parse_error(text + "\"k\": 0"), testing::StartsWith("x.json:1001:"));
  EXPECT_THAT(parse_error(text + "\"k\": \"\\ud800\"}"), testing::StartsWith("x.json:1001:"));
}

TEST(Json, NestingStopsAt64) {
  const auto nested = [](int depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_NO_THROW(parse_json(nested(64), "x"));
  EXPECT_THAT(parse_error(nested(65)), testing::HasSubstr("x.json:1:65: nested more than 64 levels deep"));
  EXPECT_THAT(parse_error(std::string(1 << 20, '[')), testing::HasSubstr("more than 64 levels"));
}

TEST(Json, EveryPrefixOfAValueIsAnError) {
  const std::string text = R"({"a": [1, {"b": "c\n"}], "d": -1.5e3})";
  for (size_t n = 0; n < text.size(); ++n) EXPECT_THROW(parse_json(text.substr(0, n), "x"), Error) << n;
}

TEST(Json, ALongBadTokenIsNotRepeated) {
  EXPECT_LT(parse_error("[\"" + std::string(1 << 20, 'a')).size(), 500u);
}

TEST(Json, GettersCheckTypes) {
  const Json value = parse_json(R"({"n": 3, "big": 5000000000, "f": 2.5, "whole": 4.0, "s": "t", "null": null,
                                    "list": [1, 2], "words": ["a", "b"], "flag": true, "neg": -1})",
                                "x");
  EXPECT_EQ(json_get<int>(value, "n", "x"), 3);
  EXPECT_EQ(json_get<double>(value, "n", "x"), 3.0);
  EXPECT_EQ(json_get<int64_t>(value, "big", "x"), 5000000000);
  EXPECT_EQ(json_get<int64_t>(value, "whole", "x"), 4);
  EXPECT_TRUE(json_get<bool>(value, "flag", "x"));
  EXPECT_EQ(json_get_or<int>(value, "null", 9, "x"), 9);
  EXPECT_EQ(json_get_or<int>(value, "absent", 9, "x"), 9);
  EXPECT_THAT(json_get<std::vector<int64_t>>(value, "list", "x"), testing::ElementsAre(1, 2));
  EXPECT_THAT(json_get<std::vector<std::string>>(value, "words", "x"), testing::ElementsAre("a", "b"));
  EXPECT_EQ(error_of([&] { json_get<int>(value, "s", "c.json"); }),
            "c.json: s: expected a whole number from -2147483648 to 2147483647, found \"t\"");
  EXPECT_THROW(json_get<int>(value, "big", "x"), Error);
  EXPECT_THROW(json_get<int64_t>(value, "f", "x"), Error);
  EXPECT_THROW(json_get<uint64_t>(value, "neg", "x"), Error);
  EXPECT_THROW(json_get<bool>(value, "n", "x"), Error);
  EXPECT_THROW(json_get<std::string>(value, "absent", "x"), Error);
  EXPECT_THROW(json_get<int>(parse_json("[]", "x"), "a", "x"), Error);
  EXPECT_THAT(error_of([&] { json_get<std::vector<int64_t>>(value, "words", "x"); }),
              testing::HasSubstr("x: words[0]: expected a whole number"));
}

TEST(Json, BytesThatAreNoCharactersAreWrittenAsTheirReplacement) {
  EXPECT_EQ(format_json(Json("a\xff\xd9 b")), "\"a\uFFFD\uFFFD b\"");
  EXPECT_EQ(format_json(Json{{"\xe2\x82", "\n\xed\xa0\x80"}}, -1),
            "{\"\uFFFD\uFFFD\":\"\\n\uFFFD\uFFFD\uFFFD\"}");
}

}  // namespace
}  // namespace hodhod
