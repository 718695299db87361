// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/templates/chat_template.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/base/test_directories.h"
#include "hodhod/base/testing.h"

namespace hodhod::text {
namespace {

using ::testing::HasSubstr;

std::string written_by(const std::string& source, const Json& variables = Json::object(),
                       const RenderOptions& options = {}) {
  return ChatTemplate(source, "t").render(variables, options);
}

std::string refusal_of(const std::string& source, const RenderOptions& options = {}) {
  try {
    written_by(source, Json::object(), options);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

// tools/record_chat_templates recorded what Jinja makes of each.
TEST(ChatTemplate, WritesWhatJinjaWrites) {
  const Json recorded = read_json(join_path(source_directory(), "hodhod/text/templates/recorded_cases.json"));
  EXPECT_GT(recorded.at("cases").size(), 90u);
  for (const Json& one : recorded.at("cases")) {
    const std::string source = one.at("template").text();
    if (one.contains("fails")) {
      EXPECT_THROW(written_by(source, recorded.at("variables")), Error) << source;
    } else {
      EXPECT_EQ(written_by(source, recorded.at("variables")), one.at("text").text()) << source;
    }
  }
}

TEST(ChatTemplate, AnErrorSaysWhere) {
  EXPECT_THAT(refusal_of("a\n  {{ 1 + }}"), HasSubstr("t:2:10: expected an expression"));
  EXPECT_THAT(refusal_of("سلام {{ nothing.x }}"), HasSubstr("t:1:16: \"nothing\" is undefined"));
  EXPECT_THAT(refusal_of("{% include 'x' %}"), HasSubstr("t:1:1: {% include %} is not supported"));
  EXPECT_THAT(refusal_of("{{ raise_exception('no tools here') }}"), HasSubstr("no tools here"));
}

TEST(ChatTemplate, KnowsADateOnlyWhenOneIsGiven) {
  EXPECT_THAT(refusal_of("{{ strftime_now('%d') }}"), HasSubstr("give the date"));
  EXPECT_EQ(written_by("{{ strftime_now('%A %d %b %Y, day %j') }}", Json::object(), {.date = "2024-02-29"}),
            "Thursday 29 Feb 2024, day 060");
  EXPECT_EQ(written_by("{{ 'yes' if strftime_now is defined else 'no' }}"), "no");
  for (const char* date : {"2023-02-29", "2024-13-01", "yesterday", "2024-1", "2024-01-01x"}) {
    EXPECT_THAT(refusal_of("{{ strftime_now('%d') }}", {.date = date}), HasSubstr("is not a date")) << date;
  }
}

TEST(ChatTemplate, KnowsWhichNamesItReads) {
  const ChatTemplate all(
      "{% for m in messages if not hidden %}{{ m.content | default(fallback) }}{% else %}{{ nobody }}{% "
      "endfor %}"
      "{% if enable_thinking is defined %}{{ f(x=deep[1]) }}{% elif other %}{% set here = given %}{% endif "
      "%}",
      "t");
  for (const char* name :
       {"messages", "hidden", "fallback", "nobody", "enable_thinking", "f", "deep", "other", "given"})
    EXPECT_TRUE(all.reads(name)) << name;
  for (const char* name : {"content", "x", "thinking", "strftime_now"}) EXPECT_FALSE(all.reads(name)) << name;
}

TEST(ChatTemplate, StopsWhatTakesTooLong) {
  const std::string loops = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}";
  EXPECT_THAT(refusal_of(loops), HasSubstr("steps and is stopped"));
  EXPECT_THAT(refusal_of("{% for a in range(9999) %}{{ 'x' * 9999 }}{% endfor %}"), HasSubstr("is stopped"));
  EXPECT_THAT(refusal_of("{{ 'x' * 10 ** 12 }}"), HasSubstr("at most"));
  EXPECT_THAT(refusal_of("{{ [1] * 10 ** 12 }}"), HasSubstr("a list of more than"));
  EXPECT_THAT(refusal_of("{{ 10 ** 30 }}"), HasSubstr("too large"));
  EXPECT_THAT(
      refusal_of(
          "{% set n = namespace(x='ab') %}{% for i in range(99) %}{% set n.x = n.x + n.x %}{% endfor %}"),
      HasSubstr("t:1:"));
  EXPECT_THAT(refusal_of("{{ " + std::string(500, '(') + "1" + std::string(500, ')') + " }}"),
              HasSubstr("nests deeper"));
  std::string blocks;
  for (int i = 0; i < 500; ++i) blocks += "{% if true %}";
  EXPECT_THAT(refusal_of(blocks), HasSubstr("nests deeper"));
}

// A list that holds itself, reached through a namespace, neither prints nor compares for ever.
TEST(ChatTemplate, ValuesThatHoldThemselvesAreRefused) {
  const std::string source = "{% set n = namespace() %}{% set n.me = n %}{{ n }}";
  EXPECT_THAT(refusal_of(source), HasSubstr("nest deeper"));
}

// Any piece of a template is either carried out or refused.
TEST(ChatTemplate, EveryPieceOfATemplateIsReadOrRefused) {
  const Json recorded = read_json(join_path(source_directory(), "hodhod/text/templates/recorded_cases.json"));
  for (const Json& one : recorded.at("cases")) {
    const std::string& source = one.at("template").text();
    for (size_t length = 0; length < source.size(); length += 3) {
      try {
        written_by(source.substr(length), recorded.at("variables"));
        written_by(source.substr(0, length), recorded.at("variables"));
      } catch (const Error& error) {
        EXPECT_THAT(error.what(), HasSubstr("t:"));
      }
    }
  }
}

}  // namespace
}  // namespace hodhod::text
