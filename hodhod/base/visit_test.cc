// SPDX-License-Identifier: Apache-2.0
#include "hodhod/base/visit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "hodhod/base/error.h"
#include "hodhod/base/testing.h"

namespace hodhod {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

enum class Norm { pre, post };
constexpr std::array<std::string_view, 2> names_of(Norm) { return {"pre", "post"}; }

struct Schedule {
  double rate = 1e-3;
  int64_t warmup = 4000;
  template <class Visitor>
  void visit(Visitor&& v) {
    v("rate", rate, "highest learning rate", above(0));
    v("warmup_steps", warmup, "steps in which the rate rises", at_least(0));
  }
};

struct Config {
  bool tied = true;
  int layers = 6;
  uint64_t seed = 18446744073709551615u;
  float dropout = 0.1f;
  std::string name = "base";
  Norm norm = Norm::pre;
  Schedule schedule;
  std::vector<int64_t> windows = {4, 8};
  std::vector<std::string> words;
  std::vector<double> weights = {0.5};
  std::optional<double> clip;
  template <class Visitor>
  void visit(Visitor&& v) {
    v("tied", tied, "one matrix for input and output");
    v("layers", layers);
    v("seed", seed);
    v("dropout", dropout);
    v("name", name);
    v("norm", norm, "where norms stand");
    v("schedule", schedule);
    v("windows", windows);
    v("words", words);
    v("weights", weights, "", in(0, 1));
    v("clip", clip, "", above(0));
  }
};

const Field& named(const std::vector<Field>& fields, const std::string& flag) {
  for (const Field& field : fields) {
    if (field_flag(field) == flag) return field;
  }
  fail("no flag {}", flag);
}

TEST(Visit, JsonThereAndBack) {
  const Config config;
  const Json json = to_json(config);
  EXPECT_EQ(format_json(json, -1),
            R"({"tied":true,"layers":6,"seed":18446744073709551615,"dropout":0.1,"name":"base","norm":"pre",)"
            R"("schedule":{"rate":0.001,"warmup_steps":4000},"windows":[4,8],"words":[],"weights":[0.5],)"
            R"("clip":null})");
  Config changed;
  changed.layers = 1;
  changed.dropout = 0;
  changed.norm = Norm::post;
  changed.schedule.rate = 5;
  changed.windows = {};
  changed.clip = 1.5;
  EXPECT_THAT(from_json(json, changed, "c.json"), ElementsAre());
  EXPECT_EQ(to_json(changed), json);
  EXPECT_EQ(changed.dropout, 0.1f);
}

TEST(Visit, AbsentAndNullKeepTheirValues) {
  Config config;
  config.clip = 2.0;
  from_json(parse_json(R"({"layers": null, "schedule": {"rate": 2}})", "x"), config, "x");
  EXPECT_EQ(config.layers, 6);
  EXPECT_EQ(config.schedule.rate, 2.0);
  EXPECT_EQ(config.schedule.warmup, 4000);
  EXPECT_EQ(config.clip, 2.0);
}

TEST(Visit, UnknownKeysAreListedAndWrongTypesNamed) {
  Config config;
  EXPECT_THAT(from_json(parse_json(R"({"layer": 2, "schedule": {"wormup": 1}})", "x"), config, "x"),
              ElementsAre("layer", "schedule.wormup"));
  const auto error = [&](const char* text) {
    return error_of([&] { from_json(parse_json(text, "x"), config, "c.json"); });
  };
  EXPECT_THAT(error(R"({"layers": "six"})"), HasSubstr("c.json: layers: expected a whole number"));
  EXPECT_THAT(error(R"({"schedule": {"rate": []}})"), HasSubstr("c.json: schedule: rate: expected a number"));
  EXPECT_THAT(error(R"({"schedule": 3})"), HasSubstr("c.json: schedule: expected an object"));
  EXPECT_THAT(error(R"({"norm": "none"})"),
              HasSubstr("c.json: norm: expected one of pre, post, found \"none\""));
  EXPECT_THAT(error(R"([1])"), HasSubstr("c.json: expected an object"));
}

TEST(Visit, FlagsSetMembers) {
  Config config;
  const auto fields = fields_of(config);
  EXPECT_EQ(fields.size(), 12u);
  const auto set = [&](const char* flag, const char* text) { set_field(named(fields, flag), text); };
  set("tied", "no");
  set("schedule-warmup-steps", "100");
  set("dropout", "2.5e-1");
  set("name", "a b");
  set("norm", "post");
  set("windows", "1,2,3");
  set("words", "a,");
  set("clip", "0.5");
  EXPECT_FALSE(config.tied);
  EXPECT_EQ(config.schedule.warmup, 100);
  EXPECT_EQ(config.dropout, 0.25f);
  EXPECT_EQ(config.name, "a b");
  EXPECT_EQ(config.norm, Norm::post);
  EXPECT_THAT(config.windows, ElementsAre(1, 2, 3));
  EXPECT_THAT(config.words, ElementsAre("a", ""));
  EXPECT_EQ(config.clip, 0.5);
  set("windows", "");
  EXPECT_THAT(config.windows, ElementsAre());
  EXPECT_EQ(error_of([&] { set("layers", "6x"); }), "`layers`: expected a whole number, found \"6x\"");
  EXPECT_EQ(error_of([&] { set("layers", "99999999999"); }),
            "`layers`: expected a whole number, found \"99999999999\"");
  EXPECT_EQ(error_of([&] { set("norm", "x"); }), "`norm`: expected one of pre, post, found \"x\"");
  EXPECT_THROW(set("tied", "maybe"), Error);
  EXPECT_THROW(set("windows", "1,,2"), Error);
}

TEST(Visit, NumbersStayInTheirRanges) {
  Config config;
  const auto fields = fields_of(config);
  const auto set = [&](const char* flag, const char* text) {
    return error_of([&] { set_field(named(fields, flag), text); });
  };
  EXPECT_EQ(set("schedule-rate", "0"), "`schedule.rate`: expected a number (above 0), found \"0\"");
  EXPECT_EQ(set("schedule-warmup-steps", "-1"),
            "`schedule.warmup_steps`: expected a whole number (at least 0), found \"-1\"");
  EXPECT_EQ(set("weights", "0.5,1.5"), "`weights`: expected numbers (from 0 to 1), found \"0.5,1.5\"");
  for (const char* text : {"nan", "inf", "-inf", "1e999"}) {
    for (const char* flag : {"schedule-rate", "dropout", "weights", "clip"}) {
      EXPECT_THAT(set(flag, text), HasSubstr("number")) << flag << " " << text;
    }
  }
  const auto read = [&](const char* text) {
    return error_of([&] { from_json(parse_json(text, "x"), config, "c.json"); });
  };
  EXPECT_EQ(read(R"({"schedule": {"rate": -2}})"),
            "c.json: schedule: rate: expected a number (above 0), found -2");
  EXPECT_EQ(read(R"({"weights": [0.5, 3]})"),
            "c.json: weights: expected numbers (from 0 to 1), found [0.5,3]");
  EXPECT_EQ(read(R"({"clip": 0})"), "c.json: clip: expected a number (above 0), found 0");
  EXPECT_EQ(to_json(config), to_json(Config())) << "what is refused changes nothing";
}

TEST(Visit, HelpIsDerived) {
  Config config;
  const auto fields = fields_of(config);
  EXPECT_EQ(named(fields, "schedule-rate").doc, "highest learning rate");
  EXPECT_EQ(field_kind(named(fields, "norm")), "pre|post");
  EXPECT_EQ(field_kind(named(fields, "windows")), "whole numbers");
  EXPECT_EQ(field_text(named(fields, "windows")), "4,8");
  EXPECT_EQ(field_text(named(fields, "dropout")), "0.1");
  EXPECT_EQ(field_text(named(fields, "clip")), "");
  EXPECT_TRUE(is_switch(named(fields, "tied")));
}

}  // namespace
}  // namespace hodhod
