// SPDX-License-Identifier: Apache-2.0
#include "hodhod/ladder/sentences.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hodhod/base/error.h"

namespace hodhod {
namespace {

LadderRung test_rung(std::string name, Bilingual title, double quality, LearningCurve curve) {
  LadderRung rung;
  rung.name = std::move(name);
  rung.title = std::move(title);
  rung.quality = quality;
  rung.measured = true;
  rung.curve = std::move(curve);
  return rung;
}

LadderReport test_report() {
  LadderReport report;
  report.minutes = 20;
  report.quality = {.key = "bits_per_character", .name = {"bits a character", "بیت بر نویسه"}, .decimals = 3};
  report.rungs = {
      test_rung("ngram-7", {"counted 7-gram", "۷‌گرام شمارشی"}, 2.1875, {.points = {{2, 2.2}}}),
      test_rung("gru", {"GRU", "GRU"}, 2.0994, {.points = {{30, 3}, {100, 2.5}, {540, 2.15}, {1100, 2.1}}}),
      test_rung("rnn", {"RNN", "RNN"}, 2.6, {.points = {{20, 2.9}, {90, 2.6}}}),
  };
  return report;
}

TEST(LadderSentences, SayTheOrderWhoWasAheadAndWhoPassedWhom) {
  const auto sentences = sentences_of(test_report());
  ASSERT_EQ(sentences.size(), 3U);
  EXPECT_EQ(
      sentences[0].en,
      "With up to 20 minutes of training each, from best to worst: the GRU 2.099, the counted 7-gram 2.188, "
      "the RNN 2.600 (bits a character; lower is better).");
  EXPECT_EQ(sentences[1].en, "The counted 7-gram is ahead until minute 9, then the GRU.");
  EXPECT_EQ(sentences[1].fa,
            "۷‌گرام شمارشی تا دقیقهٔ ۹ پیش است، سپس \u2068GRU\u2069.");
  EXPECT_EQ(sentences[2].en, "The GRU passes the RNN at minute 1.7 and the counted 7-gram at minute 9.");
  EXPECT_EQ(sentences[2].fa,
            "\u2068GRU\u2069 در دقیقهٔ ۱٫۷ از \u2068RNN\u2069 و در دقیقهٔ ۹ از "
            "۷‌گرام "
            "شمارشی "
            "پیش "
            "می‌افتد.");
}

TEST(LadderSentences, FollowTheBudget) {
  LadderReport report = test_report();
  report.minutes = 1;
  const auto sentences = sentences_of(report);
  EXPECT_EQ(sentences[1].en, "The counted 7-gram is ahead from its first model on.");
  EXPECT_EQ(sentences.size(), 2U);  // the RNN is ahead of the GRU from its first model on
}

TEST(LadderSentences, TellWhatHasNoModel) {
  LadderReport report = test_report();
  report.rungs[1] = {.name = "gru", .title = {"GRU", "GRU"}, .problem = "its training failed"};
  const auto sentences = sentences_of(report);
  EXPECT_EQ(sentences.back().en, "The GRU has no model: its training failed.");
  EXPECT_EQ(report.by_quality().size(), 2U);
}

TEST(LadderSentences, NameMoments) {
  EXPECT_EQ(moment_text(9.04).en, "second 9");
  EXPECT_EQ(moment_text(0.25).fa, "ثانیهٔ ۰٫۲");
  EXPECT_EQ(moment_text(150).en, "minute 2.5");
  EXPECT_EQ(persian_digits("1,234.5"), "۱,۲۳۴٫۵");
}

TEST(LadderReport, ComesBackFromItsJson) {
  LadderReport report = test_report();
  report.data = {{"data", "text.txt", "0123456789abcdef", 77}};
  report.rungs[0].answers = {"one\ntwo", "سه"};
  report.rungs[0].wall_seconds = 2.5;
  report.rungs[0].peak_memory = 1 << 20;
  const Json json = parse_json(format_json(report_json(report)), "test");
  const auto rungs = read_rungs(json, "test");
  ASSERT_EQ(rungs.size(), 3U);
  EXPECT_EQ(rungs[0].name, "ngram-7");
  EXPECT_EQ(rungs[0].quality, 2.1875);
  EXPECT_EQ(rungs[0].answers, report.rungs[0].answers);
  EXPECT_EQ(rungs[0].wall_seconds, 2.5);
  EXPECT_EQ(rungs[0].peak_memory, 1U << 20);
  EXPECT_EQ(read_data(json, "test"), report.data);
  EXPECT_EQ(json.at("order").at(0).text(), "gru");
  EXPECT_EQ(json.at("passes").at(1).at("passed").text(), "ngram-7");
  EXPECT_THROW(read_rungs(parse_json("{}", "x"), "x"), Error);
}

}  // namespace
}  // namespace hodhod
