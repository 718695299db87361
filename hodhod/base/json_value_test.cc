// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "hodhod/base/error.h"
#include "hodhod/base/json.h"
#include "hodhod/base/testing.h"

namespace hodhod {
namespace {

std::string one_line(const Json& value) { return format_json(value, -1); }

TEST(JsonValue, IsMadeFromWhatProgramsHold) {
  EXPECT_TRUE(Json().is_null());
  EXPECT_TRUE(Json(true).is_boolean());
  EXPECT_TRUE(Json(3).is_number_integer());
  EXPECT_TRUE(Json(size_t{3}).is_number_unsigned());
  EXPECT_FALSE(Json(-3).is_number_unsigned());
  EXPECT_TRUE(Json(2.0f).is_number_float());
  EXPECT_TRUE(Json("text").is_string());
  EXPECT_TRUE(Json(std::string_view("text")).is_string());
  EXPECT_EQ(one_line(std::vector<std::string>{"a", "b"}), R"(["a","b"])");
  EXPECT_EQ(one_line(std::vector<double>{1, 0.5}), "[1.0,0.5]");
  EXPECT_EQ(one_line(std::map<std::string, int>{{"b", 2}, {"a", 1}}), R"({"a":1,"b":2})");
  EXPECT_EQ(one_line(Json::object()), "{}");
  EXPECT_EQ(one_line(Json::array()), "[]");
}

TEST(JsonValue, BracesMakeAnObjectOfNamedPairsAndElseAList) {
  EXPECT_EQ(one_line({{"type", "X"}}), R"({"type":"X"})");
  EXPECT_EQ(one_line({{"a", 1}, {"b", {1, 2}}, {"c", {{"d", nullptr}}}}),
            R"({"a":1,"b":[1,2],"c":{"d":null}})");
  EXPECT_EQ(one_line({"a", 1}), R"(["a",1])");
  EXPECT_EQ(one_line({{1, 2}, {3, 4}}), "[[1,2],[3,4]]");
  EXPECT_EQ(one_line(Json::array({{"a", 1}})), R"([["a",1]])");
  Json json;
  json["list"] = {"one"};
  json["object"] = {{"key", {{"inner", true}}}};
  EXPECT_EQ(one_line(json), R"({"list":["one"],"object":{"key":{"inner":true}}})");
}

TEST(JsonValue, MembersKeepTheirOrder) {
  Json json = {{"z", 1}, {"a", 2}};
  json["m"] = 3;
  json["z"] = 4;
  EXPECT_EQ(one_line(json), R"({"z":4,"a":2,"m":3})");
  EXPECT_TRUE(json.erase("a"));
  EXPECT_FALSE(json.erase("a"));
  json.update({{"m", 5}, {"b", 6}});
  EXPECT_EQ(one_line(json), R"({"z":4,"m":5,"b":6})");
  std::string keys;
  for (const auto& [key, value] : json.items()) keys += key + one_line(value);
  EXPECT_EQ(keys, "z4m5b6");
}

TEST(JsonValue, NullBecomesWhatIsAskedOfIt) {
  Json json;
  json["deep"]["list"].push_back(1);
  json["deep"]["list"].push_back("two");
  EXPECT_EQ(one_line(json), R"({"deep":{"list":[1,"two"]}})");
  EXPECT_EQ(Json().size(), 0u);
  for (const Json& element : Json()) FAIL() << element;
}

TEST(JsonValue, LooksUpMembersAndElements) {
  const Json json = {{"name", "GPT"}, {"sizes", {1, 2}}};
  EXPECT_TRUE(json.contains("name"));
  EXPECT_EQ(json.find("none"), nullptr);
  EXPECT_EQ(json["name"], "GPT");
  EXPECT_EQ(json.at("sizes").at(1), 2);
  EXPECT_EQ(json["sizes"][0].get<int64_t>(), 1);
  EXPECT_EQ(json.value("name", "other"), "GPT");
  EXPECT_EQ(json.value("none", 0.5), 0.5);
  EXPECT_EQ(json.size(), 2u);
  int64_t sum = 0;
  for (const Json& size : json["sizes"]) sum += size.get<int64_t>();
  EXPECT_EQ(sum, 3);
}

TEST(JsonValue, WhatIsNotThereIsAnError) {
  const Json json = {{"name", "GPT"}, {"sizes", {1, 2}}};
  EXPECT_EQ(error_of([&] { json.at("none"); }), "JSON: an object without the key \"none\"");
  EXPECT_EQ(error_of([&] { json["name"].at("none"); }), "JSON: a string without the key \"none\"");
  EXPECT_EQ(error_of([&] { json["sizes"].at(2); }), "JSON: expected a list of more than 2 elements, found 2");
  EXPECT_EQ(error_of([&] { json.elements(); }), "JSON: expected a list, found an object");
  EXPECT_EQ(error_of([&] { json["sizes"].items(); }), "JSON: expected an object, found a list");
  EXPECT_EQ(error_of([&] { json["sizes"].text(); }), "JSON: expected a string, found a list");
  EXPECT_EQ(error_of([&] { json["name"].get<double>(); }), "JSON: expected a number, found \"GPT\"");
  EXPECT_EQ(error_of([&] { Json(1)["key"] = 2; }), "JSON: expected an object, found a number");
}

TEST(JsonValue, EqualsByValue) {
  EXPECT_EQ(Json(3), Json(uint64_t{3}));
  EXPECT_EQ(Json(3), Json(3.0));
  EXPECT_NE(Json(3), Json("3"));
  EXPECT_NE(Json(-1), Json(std::numeric_limits<uint64_t>::max()));
  EXPECT_NE(Json(1), Json(true));
  EXPECT_EQ((Json{{"a", {1, 2}}}), parse_json(R"({"a": [1, 2.0]})", "x"));
  EXPECT_NE((Json{{"a", 1}, {"b", 2}}), (Json{{"b", 2}, {"a", 1}}));
}

TEST(JsonValue, NumbersAreWrittenAsTheyAreRead) {
  for (const char* text : {"0", "-1", "9223372036854775807", "18446744073709551615", "-9223372036854775808",
                           "1.0", "0.1", "1e+30", "5e-324", "-0.0", "123456789.125", "1e-05"}) {
    EXPECT_EQ(one_line(parse_json(text, "x")), text);
  }
  EXPECT_EQ(one_line(1e30), "1e+30");
  EXPECT_EQ(one_line(1e5), "100000.0");
  EXPECT_EQ(one_line(0.1f), "0.10000000149011612");
  EXPECT_EQ(one_line(std::numeric_limits<double>::infinity()), "null");
  EXPECT_EQ(one_line(std::numeric_limits<double>::quiet_NaN()), "null");
}

TEST(JsonValue, StringsAreEscapedWhereTheyHaveTo) {
  EXPECT_EQ(one_line("\"\\\b\f\n\r\t/"), R"("\"\\\b\f\n\r\t/")");
  EXPECT_EQ(one_line(std::string_view("a\0\x1f\x7f", 4)), "\"a\\u0000\\u001f\x7f\"");
  EXPECT_EQ(one_line("می\u200cرود 😀"), "\"می\u200cرود 😀\"");
  EXPECT_EQ(one_line("ab\xff"), "\"ab\uFFFD\"");
  EXPECT_EQ(one_line({{"\xff", 1}}), "{\"\uFFFD\":1}");
}

TEST(JsonValue, IsWrittenOverLinesWithIndentation) {
  const Json json = {{"a", {1, 2}}, {"b", Json::object()}, {"c", Json::array()}};
  EXPECT_EQ(format_json(json), "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"b\": {},\n  \"c\": []\n}");
  EXPECT_EQ(format_json(json, 0), "{\n\"a\": [\n1,\n2\n],\n\"b\": {},\n\"c\": []\n}");
}

}  // namespace
}  // namespace hodhod
