// SPDX-License-Identifier: Apache-2.0
#include "hodhod/base/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hodhod/base/error.h"
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
