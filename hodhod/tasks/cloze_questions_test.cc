// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/cloze_questions.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "hodhod/base/threads.h"
#include "hodhod/train/metrics/characters.h"

namespace hodhod {
namespace {

const std::vector<std::string>& fables() {
  static const std::vector<std::string> kFables = {
      "A hungry fox saw ripe grapes on a high vine. It jumped again and again, but never reached one bunch. "
      "At last it walked away and called them sour.",
      "کلاغی تشنه کوزه‌ای کهنه در باغ پیدا کرد. آب کوزه کم بود "
      "و "
      "منقارش "
      "به "
      "آن "
      "نمی‌رسید. "
      "سنگریزه‌های کوچک را یکی‌یکی «در کوزه» انداخت تا آب "
      "بالا "
      "آمد!",
      "Too short."};
  return kFables;
}

std::set<std::string_view> words_in(std::string_view text) {
  const auto words = metrics::words(text);
  return {words.begin(), words.end()};
}

std::string shown(const Question& question) {
  return question.id + "|" + question.question + "|" + question.context + "|" +
         (question.answers.empty() ? "" : question.answers[0].text);
}

TEST(ClozeQuestions, AreAskedAboutWordsOfASentence) {
  const auto questions = cloze_questions(
      fables(), {.questions = 50, .context_words = 1000, .dropped = 0.2, .without_answer = 0}, 1);
  ASSERT_GE(questions.size(), 90u);
  std::set<std::string> answers;
  for (const Question& question : questions) {
    SCOPED_TRACE(shown(question));
    ASSERT_EQ(question.answers.size(), 1u);
    const GoldAnswer& answer = question.answers[0];
    answers.insert(answer.text);
    // The whole text is read, and the answer stands in it where it says, once.
    EXPECT_TRUE(question.context == fables()[0] || question.context == fables()[1]);
    EXPECT_EQ(question.context.find(answer.text), *answer.begin);
    EXPECT_EQ(question.context.rfind(answer.text), *answer.begin);
    EXPECT_LE(words_in(answer.text).size(), 4u);
    EXPECT_EQ(answer.text.find_first_of(".,!«»"), std::string::npos);
    // The question is words of the text, without the marks around them.
    EXPECT_GE(words_in(question.question).size(), 2u);
    for (const std::string_view word : words_in(question.question)) {
      EXPECT_NE(question.context.find(word), std::string::npos) << word;
      EXPECT_EQ(word.find_first_of(".,!«»"), std::string::npos) << word;
    }
  }
  EXPECT_GT(answers.size(), 30u);
}

TEST(ClozeQuestions, SomeHaveNoAnswer) {
  const ClozeOptions options{.questions = 100, .context_words = 1000, .without_answer = 0.5};
  const auto questions = cloze_questions(std::span(fables()).first(1), options, 1);
  const auto none = std::count_if(questions.begin(), questions.end(),
                                  [](const Question& question) { return question.answers.empty(); });
  EXPECT_NEAR(static_cast<double>(none), 50, 15);
  for (const Question& question : questions) {
    // Exactly one of the three sentences is missing where there is no answer.
    if (question.answers.empty())
      EXPECT_LT(question.context.size(), fables()[0].size());
    else
      EXPECT_EQ(question.context, fables()[0]);
    EXPECT_GT(question.context.size(), fables()[0].size() / 3);
  }
}

// A word that is more than one in a thousand of the text is in no answer, unless the text has it a few times
// only.
TEST(ClozeQuestions, VeryCommonWordsAreNoAnswers) {
  std::vector<std::string> texts;
  for (int i = 0; i < 40; ++i)
    texts.push_back(fmt::format("the king{} saw the owl{} of the wood{} near the lake{}.", i, i, i, i));
  for (const Question& question : cloze_questions(texts, {.questions = 10, .without_answer = 0}, 3)) {
    EXPECT_FALSE(words_in(question.answers[0].text).contains("the")) << shown(question);
    EXPECT_FALSE(words_in(question.answers[0].text).contains("of")) << shown(question);
  }
}

TEST(ClozeQuestions, ContextsAreWholeSentences) {
  std::string text;
  for (int i = 0; i < 30; ++i)
    text += fmt::format("Fox{} saw grape{} near tree{} beside lake{}.  ", i, i, i, i);
  const auto questions =
      cloze_questions(std::span(&text, 1), {.questions = 60, .context_words = 15, .without_answer = 0}, 1);
  ASSERT_GT(questions.size(), 50u);
  std::set<std::ptrdiff_t> places;
  for (const Question& question : questions) {
    EXPECT_EQ(metrics::words(question.context).size(), 21u) << question.context;
    EXPECT_TRUE(question.context.starts_with("Fox"));
    EXPECT_TRUE(question.context.ends_with("."));
    const auto begin = static_cast<std::ptrdiff_t>(*question.answers[0].begin);
    places.insert(std::count(question.context.begin(), question.context.begin() + begin, '.'));
  }
  EXPECT_EQ(places.size(), 3u);  // the answer is in the first, the second or the third
}

TEST(ClozeQuestions, AreAFunctionOfTextsOptionsAndSeed) {
  const auto at = [](int threads, uint64_t seed) {
    const int before = thread_count();
    set_thread_count(threads);
    std::string all;
    for (const Question& question : cloze_questions(fables(), {.questions = 20}, seed))
      all += shown(question);
    set_thread_count(before);
    return all;
  };
  EXPECT_EQ(at(1, 1), at(3, 1));
  EXPECT_NE(at(1, 1), at(1, 2));
}

TEST(ClozeQuestions, OfHostileTexts) {
  const std::vector<std::string> texts = {
      "",
      " \t ",
      "... !!! ؟؟؟ — – - « » ( )",
      std::string(10000, 'a'),
      "\xff\xfe broken \xc3 bytes \xe2\x80 here and \xf0\x9f there so be it",
      "one one one one one one one one one one one",
      "\xe2\x80\x8c \xe2\x80\x8c \xe2\x80\x8c \xe2\x80\x8c \xe2\x80\x8c \xe2\x80\x8c \xe2\x80\x8c"};
  for (const Question& question : cloze_questions(texts, {.questions = 30}, 1)) {
    for (const GoldAnswer& answer : question.answers)
      EXPECT_EQ(question.context.substr(*answer.begin, answer.text.size()), answer.text);
  }
}

}  // namespace
}  // namespace hodhod
