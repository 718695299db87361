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
  report.scored = {"the test data", "دادهٔ آزمون"};
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
  EXPECT_EQ(sentences[0].en,
            "With up to 20 minutes of training each, on the test data, from best to worst: the GRU 2.099, "
            "the counted "
            "7-gram 2.188, the RNN 2.600 (bits a character; lower is better).");
  EXPECT_EQ(sentences[1].en,
            "On the validation data, the counted 7-gram is ahead until minute 9, then the GRU.");
  EXPECT_EQ(sentences[1].fa,
            "بر دادهٔ اعتبارسنجی، ۷‌گرام شمارشی تا دقیقهٔ ۹ پیش "
            "است، "
            "سپس "
            "\u2068GRU\u2069.");
  EXPECT_EQ(
      sentences[2].en,
      "On the validation data, the GRU passes the RNN at minute 1.7 and the counted 7-gram at minute 9.");
  EXPECT_EQ(sentences[2].fa,
            "بر دادهٔ اعتبارسنجی، \u2068GRU\u2069 در دقیقهٔ ۱٫۷ از \u2068RNN\u2069 و در دقیقهٔ ۹ از "
            "۷‌گرام "
            "شمارشی "
            "پیش "
            "می‌افتد.");
}

TEST(LadderSentences, FollowTheBudget) {
  LadderReport report = test_report();
  report.minutes = 1;
  const auto sentences = sentences_of(report);
  EXPECT_EQ(sentences[1].en, "On the validation data, the counted 7-gram is ahead from its first model on.");
  EXPECT_EQ(sentences.size(), 2U);  // the RNN is ahead of the GRU from its first model on
}

TEST(LadderSentences, TellWhatHasNoModel) {
  LadderReport report = test_report();
  LadderRung& gru = report.rungs[1];  // it has a curve, from before its training failed
  gru.measured = false;
  gru.problem = "its training failed";
  const auto sentences = sentences_of(report);
  EXPECT_EQ(sentences.back().en, "The GRU has no model: its training failed.");
  for (size_t i = 0; i + 1 < sentences.size(); ++i)
    EXPECT_EQ(sentences[i].en.find("GRU"), std::string::npos) << sentences[i].en;
  EXPECT_TRUE(passes_of(report).empty());
  EXPECT_EQ(report.by_quality().size(), 2U);
}

LadderReport shares_of(std::vector<LadderRung> rungs) {
  LadderReport report;
  report.minutes = 1;
  report.scored = {"the validation data", "دادهٔ اعتبارسنجی"};
  report.quality = {.key = "accuracy",
                    .name = {"accuracy, %", "درستی، ٪"},
                    .better = Better::higher,
                    .shown_times = 100,
                    .decimals = 2};
  report.rungs = std::move(rungs);
  return report;
}

TEST(LadderSentences, CallTiesTies) {
  const Bilingual mlp = {"perceptron", "پرسپترون"}, lstm = {"LSTM", "LSTM"}, bag = {"bag", "کیسه"};
  auto sentences = sentences_of(shares_of({test_rung("mlp", mlp, 1, {.points = {{2, 1}}}),
                                           test_rung("lstm", lstm, 0.999999, {.points = {{2, 1}}}),
                                           test_rung("bag", bag, 0.5, {.points = {{3, 0.5}}})}));
  ASSERT_EQ(sentences.size(), 2U);
  EXPECT_EQ(
      sentences[0].en,
      "With up to 1 minute of training each, on the validation data, from best to worst: the perceptron "
      "and the LSTM level at 100.00, the bag 50.00 (accuracy, %; higher is better).");
  EXPECT_EQ(sentences[1].en,
            "On the validation data, the perceptron and the LSTM are level from their first models on.");
  sentences = sentences_of(shares_of({test_rung("mlp", mlp, 1, {.points = {{2, 1}}}),
                                      test_rung("lstm", lstm, 1, {.points = {{2, 0.5}, {9, 1}}}),
                                      test_rung("bag", bag, 1, {.points = {{3, 0.9}, {4, 1}}})}));
  EXPECT_EQ(
      sentences[0].en,
      "With up to 1 minute of training each, on the validation data: the perceptron, the LSTM and the bag "
      "level at 100.00 (accuracy, %; higher is better).");
  EXPECT_EQ(
      sentences[1].en,
      "On the validation data, the perceptron is ahead until second 4, then the perceptron and the bag, "
      "level, until second 9, then the perceptron, the LSTM and the bag, level.");
  EXPECT_EQ(sentences.size(), 2U) << "who reaches another has not passed it";
}

TEST(LadderSentences, SayNothingOfZerosAndOfTheFirstInstant) {
  const Bilingual mlp = {"perceptron", "پرسپترون"}, lstm = {"LSTM", "LSTM"};
  auto sentences = sentences_of(shares_of({test_rung("mlp", mlp, 0, {.points = {{2.6, 0}}}),
                                           test_rung("lstm", lstm, 0, {.points = {{1, 0.00001}}})}));
  ASSERT_EQ(sentences.size(), 1U);
  EXPECT_NE(sentences[0].en.find("the perceptron and the LSTM level at 0.00"), std::string::npos);
  sentences = sentences_of(shares_of({test_rung("mlp", mlp, 0.4, {.points = {{0.01, 0.4}}}),
                                      test_rung("lstm", lstm, 0.8, {.points = {{0.02, 0.8}}})}));
  ASSERT_EQ(sentences.size(), 2U);
  EXPECT_EQ(sentences[1].en, "On the validation data, the LSTM is ahead from its first model on.");
  // 2.61 and 2.64 are one moment to a reader.
  sentences = sentences_of(shares_of({test_rung("mlp", mlp, 0.4, {.points = {{1, 0.4}}}),
                                      test_rung("lstm", lstm, 0.8, {.points = {{2.61, 0.4}, {2.64, 0.8}}})}));
  EXPECT_EQ(sentences[1].en,
            "On the validation data, the perceptron is ahead until second 2.6, then the LSTM.");
  sentences = sentences_of(shares_of({test_rung("mlp", mlp, 0.4, {.points = {{0.06, 0.4}}}),
                                      test_rung("lstm", lstm, 0.8, {.points = {{0.08, 0.8}}})}));
  ASSERT_EQ(sentences.size(), 2U) << "nobody is passed";
  EXPECT_EQ(sentences[1].en, "On the validation data, the LSTM is ahead from its first model on.");
}

TEST(LadderSentences, TellOfLessTimeAndOfUnknownText) {
  LadderReport report = test_report();
  report.rungs[0].minutes = report.rungs[1].minutes = 20;
  report.rungs[2].minutes = 2;
  report.rungs[0].tokens = report.rungs[1].tokens = report.rungs[2].tokens = 4000;
  report.rungs[0].unknown = report.rungs[2].unknown = 1000;
  const auto sentences = sentences_of(report);
  EXPECT_EQ(sentences[sentences.size() - 2].en,
            "The RNN has been trained for up to 2 minutes only; its figures are of that model.");
  EXPECT_EQ(
      sentences.back().en,
      "1,000 of 4,000 tokens (25.00 %) are unknown to the counted 7-gram and the RNN; their letters are "
      "charged too.");
  const Json json = report_json(report);
  EXPECT_EQ(json.at("rungs").at(0).at("unknown_tokens").get<int64_t>(), 1000);
  EXPECT_EQ(read_rungs(json, "test")[2].minutes, 2);
  report.rungs[1].problem = "its training ended with status 1";
  EXPECT_EQ(sentences_of(report)[3].en,
            "The GRU was not trained further, and its figures are those of before: its training ended with "
            "status 1.");
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
