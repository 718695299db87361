// SPDX-License-Identifier: Apache-2.0
// Exact match and F1 of answers. Expected values follow from the published script's definition.
#include "hodhod/train/metrics/answers.h"

#include <gtest/gtest.h>

namespace hodhod::metrics {
namespace {

TEST(Answers, AreComparedAsInThePublishedScript) {
  // The values are those of normalize_answer() in SQuAD 2.0's evaluation script.
  const std::pair<const char*, const char*> cases[] = {
      {"The Rhine", "rhine"},
      {"a  an the", ""},
      {"theatre of the absurd", "theatre of absurd"},
      {"U.S.A.", "usa"},
      {"$1,000 (one-thousand)", "1000 onethousand"},
      {"«The» year — 1999", "« » year — 1999"},
      {"a_an", "aan"},
      {"É l'Été", "é lété"},
      {"10th\xc2\xa0"
       "and\t11th\x1c"
       "centuries",
       "10th and 11th centuries"},
      {"هفتم، مهر", "هفتم، مهر"},
      {"می‌رود", "می‌رود"},
      {"the1 an\xcc\x81", "the1 \xcc\x81"},
  };
  for (const auto& [given, want] : cases) EXPECT_EQ(normalized_answer(given), want) << given;
}

TEST(Answers, InPersianFormSpellingsAreOne) {
  const auto form = [](const char* text) { return normalized_answer(text, AnswerForm::persian); };
  EXPECT_EQ(form("«كتاب‌هاي» عَلي،"), form("کتاب های علی"));
  EXPECT_EQ(form("۱۳۲۴"), "1324");
  EXPECT_EQ(form("١٣٢٤"), "1324");
  EXPECT_EQ(form("The Rhine"), "rhine");
  EXPECT_NE(form("کتاب"), form("کتب"));
}

TEST(Answers, ScoresAreTheBestOverTheAcceptedOnes) {
  const std::vector<std::string> accepted = {"10th and 11th centuries", "in the 10th and 11th centuries"};
  AnswerScore score = score_answer("the 10th century", accepted);
  EXPECT_EQ(score.exact, 0);
  // One common word of 2 and 4 words: precision 1/2, recall 1/4.
  EXPECT_DOUBLE_EQ(score.f1, 2 * 0.5 * 0.25 / 0.75);
  EXPECT_EQ(score_answer("In the 10th and 11th Centuries.", accepted).exact, 1);
  // A word counts as often as it occurs in both.
  const std::vector<std::string> twice = {"x y x"};
  EXPECT_DOUBLE_EQ(score_answer("x x x", twice).f1, 2.0 / 3);
}

TEST(Answers, WithoutAnAcceptedOneSilenceIsRight) {
  const std::vector<std::string> none, nothing_left = {"the", "?"};
  for (const auto& accepted : {none, nothing_left}) {
    EXPECT_EQ(score_answer("", accepted).f1, 1);
    EXPECT_EQ(score_answer("", accepted).exact, 1);
    EXPECT_EQ(score_answer("Rhine", accepted).f1, 0);
  }
  const std::vector<std::string> some = {"Rhine"};
  EXPECT_EQ(score_answer("", some).f1, 0);
}

TEST(Answers, TheBestThresholdIsThatOfTheScript) {
  AnswerScorer scorer;
  const std::vector<std::string> rhine = {"Rhine"}, none;
  scorer.add("Rhine", "Rhine", -5, rhine);
  scorer.add("Main", "Main", -3, none);
  scorer.add("", "Rhine", 1, rhine);
  scorer.add("", "Main", 4, none);
  const AnswerScores scores = scorer.score();
  EXPECT_EQ(scores.questions, 4);
  EXPECT_EQ(scores.with_answer, 2);
  EXPECT_EQ(scores.all.exact, 50);
  EXPECT_EQ(scores.answerable.f1, 50);
  EXPECT_EQ(scores.unanswerable.exact, 50);
  // By the margins −5, −3, 1, 4: silence gives 2, then 3, 2, 3, 2 of 4 points; the first best is kept.
  EXPECT_EQ(scores.best_exact.score, 75);
  EXPECT_EQ(scores.best_exact.threshold, -5);
}

TEST(Answers, WithoutQuestionsAllIsZero) {
  const AnswerScores scores = AnswerScorer().score();
  EXPECT_EQ(scores.questions, 0);
  EXPECT_EQ(scores.all.f1, 0);
  EXPECT_EQ(scores.best_f1.score, 0);
}

}  // namespace
}  // namespace hodhod::metrics
