// SPDX-License-Identifier: Apache-2.0
// Files of questions, and the windows in which they are read.
#include "hodhod/tasks/questions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hodhod/base/file.h"
#include "hodhod/base/test_directories.h"
#include "hodhod/base/testing.h"
#include "hodhod/tasks/question_windows.h"
#include "hodhod/tasks/test_tasks.h"

namespace hodhod {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kSquad = R"({"version": "v2.0", "data": [{"title": "t", "paragraphs": [
  {"context": "رود کارون در ایران است", "qas": [
    {"id": "a", "question": "کدام رود؟", "answers": [{"text": "کارون", "answer_start": 4}], "is_impossible": false},
    {"id": "b", "question": "کجا؟", "answers": [{"text": "ایران", "answer_start": 2}]},
    {"id": "c", "question": "چرا؟", "answers": [{"text": "x", "answer_start": 0}], "is_impossible": true},
    {"id": "d", "question": "کی؟", "answers": [{"text": "دیروز", "answer_start": 0}]}]}]}]})";

Question only_question(const std::string& name, const std::string& bytes, const CorpusOptions& options = {}) {
  const TemporaryDirectory directory;
  const Questions read = read_questions({directory.put(name, bytes)}, options);
  EXPECT_EQ(read.all.size(), 1u);
  return read.all[0];
}

TEST(Questions, AreReadFromSquadsFiles) {
  const TemporaryDirectory directory;
  const Questions read = read_questions({directory.put("dev.json", kSquad)});
  ASSERT_EQ(read.all.size(), 4u);
  EXPECT_EQ(read.all[0].id, "a");
  EXPECT_EQ(read.all[0].context.substr(*read.all[0].answers[0].begin, 10), "کارون");
  EXPECT_EQ(read.all[1].context.substr(*read.all[1].answers[0].begin, 10), "ایران");
  EXPECT_THAT(read.all[2].answers, IsEmpty());
  EXPECT_FALSE(read.all[3].answers[0].begin);
  EXPECT_THAT(read.all[3].accepted(), ElementsAre("دیروز"));
  EXPECT_THAT(read.notes, ElementsAre(HasSubstr("1 answer is not where answer_start says"),
                                      HasSubstr("1 answer does not occur in the text")));
}

TEST(Questions, AreReadFromLinesAndTables) {
  const char* both = R"({"id": 7, "question": "q", "context": "a b a", "answers": )";
  const Question lists =
      only_question("x.jsonl", std::string(both) + R"({"text": ["a"], "answer_start": [4]}})"
                                                   "\n");
  EXPECT_EQ(lists.id, "7");
  EXPECT_EQ(lists.answers[0].begin, 4u);
  EXPECT_EQ(only_question("x.jsonl", std::string(both) + R"([{"text": "b"}]})").answers[0].begin, 2u);
  EXPECT_EQ(only_question("x.jsonl", R"({"question": "q", "context": "a b", "answer": "b"})").answers.size(),
            1u);
  EXPECT_THAT(only_question("x.jsonl", R"({"question": "q", "context": "a b"})").answers, IsEmpty());
  EXPECT_THAT(only_question("x.tsv", "question\tcontext\tanswer\nq\ta b\tb\n").accepted(), ElementsAre("b"));
  EXPECT_EQ(only_question("x.tsv", "context\tquestion\nc\tq\n").context, "c");
  EXPECT_THAT(only_question("x.tsv", "q\ta b\tb\n", {.header = CorpusHeader::no}).accepted(),
              ElementsAre("b"));
}

TEST(Questions, WhatIsWrongIsNamedWithItsPlace) {
  const auto error = [](const char* name, const std::string& bytes) {
    const TemporaryDirectory directory;
    return error_of([&] { read_questions({directory.put(name, bytes)}); });
  };
  EXPECT_THAT(error("x.json", "{}"), HasSubstr("x.json: data: expected SQuAD's list of articles"));
  EXPECT_THAT(error("x.json", R"({"data": [{"paragraphs": [{"context": "c", "qas": [{"id": "9"}]}]}]})"),
              HasSubstr("x.json: question 9: the key \"question\" is missing"));
  EXPECT_THAT(error("x.jsonl", "{\"question\": \"q\"}\n"),
              HasSubstr("x.jsonl:1: the key \"context\" is missing"));
  EXPECT_THAT(error("x.jsonl", R"({"question": " ", "context": "c"})"),
              HasSubstr("x.jsonl:1: there is no question"));
  EXPECT_THAT(error("x.tsv", "q\t\ta\n"), HasSubstr("there is no text to answer from"));
  EXPECT_THAT(error("x.txt", "q"), HasSubstr("questions are read from .json"));
  EXPECT_THAT(error("x.jsonl", ""), HasSubstr("there are no questions"));
  const TemporaryDirectory directory;
  const std::string file = directory.put("x.jsonl", "{}\n{\"question\": \"q\", \"context\": \"c\"}\n");
  EXPECT_EQ(read_questions({file}, {.skip_bad = true}).bad.count(), 1);
}

TEST(Questions, AreHeldOutByText) {
  std::vector<Question> questions;
  for (int i = 0; i < 20; ++i)
    questions.push_back({.id = {}, .question = "q", .context = "text " + std::to_string(i / 4)});
  const auto out = held_out_questions(questions, 0.4);
  EXPECT_EQ(std::count(out.begin(), out.end(), true), 8);
  for (size_t i = 1; i < out.size(); ++i) {
    EXPECT_EQ(out[i], out[i - i % 4]) << i;
  }
}

TEST(QuestionWindows, CoverTheTextAndShareTokens) {
  const auto tokenizer = test_tokenizer();
  Rng rng(3);
  const std::string context = test_text(rng, 40), question = "the river";
  const QuestionWindowOptions options{.max_length = 24, .doc_stride = 5};
  const auto windows = question_windows(*tokenizer, question, context, options, 512);
  ASSERT_GT(windows.size(), 2u);
  size_t covered = 0;
  for (size_t w = 0; w < windows.size(); ++w) {
    const QuestionWindow& window = windows[w];
    EXPECT_LE(window.text.length(), 24);
    EXPECT_EQ(window.end - window.begin, std::ssize(window.bytes));
    EXPECT_EQ(window.text.types[0], 0);
    EXPECT_EQ(window.text.types[static_cast<size_t>(window.begin)], 1);
    EXPECT_LE(window.bytes.front().begin, covered + 1);
    covered = window.bytes.back().end;
    if (w == 0) continue;
    const auto& before = windows[w - 1].bytes;
    EXPECT_EQ(before[before.size() - 5], window.bytes.front());
  }
  EXPECT_EQ(covered, context.size());
  EXPECT_EQ(question_windows(*tokenizer, question, context, {.max_length = 100}, 512).size(), 1u);
  // The model's limit counts too.
  EXPECT_EQ(question_windows(*tokenizer, question, context, {.max_length = 100, .doc_stride = 5}, 24).size(),
            windows.size());
}

TEST(QuestionWindows, KnowTheTokensOfAnAnswer) {
  const auto tokenizer = test_tokenizer();
  const std::string context = "the boat walks slowly Shiraz river garden sings";
  const auto window = question_windows(*tokenizer, "the hoopoe", context, {}, 64)[0];
  const auto tokens_of = [&](const std::string& answer) {
    const size_t begin = context.find(answer);
    return window.tokens_of(begin, begin + answer.size());
  };
  const auto text_at = [&](std::pair<int64_t, int64_t> tokens) {
    const size_t begin = window.bytes[static_cast<size_t>(tokens.first - window.begin)].begin,
                 end = window.bytes[static_cast<size_t>(tokens.second - window.begin)].end;
    return context.substr(begin, end - begin);
  };
  for (const char* answer :
       {"the", "slowly Shiraz", "sings", "the boat walks slowly Shiraz river garden sings"})
    EXPECT_EQ(text_at(tokens_of(answer).value()), answer);
  const auto parts = question_windows(*tokenizer, "the", context, {.max_length = 9, .doc_stride = 0}, 64);
  ASSERT_GT(parts.size(), 1u);
  EXPECT_FALSE(parts[0].tokens_of(0, context.size()));
  EXPECT_FALSE(parts[1].tokens_of(0, 3));
}

TEST(QuestionWindows, LongQuestionsAreCut) {
  const auto tokenizer = test_tokenizer();
  Rng rng(4);
  const std::string question = test_text(rng, 60);
  const auto windows =
      question_windows(*tokenizer, question, "the boat", {.max_length = 24, .max_question = 6}, 64);
  ASSERT_EQ(windows.size(), 1u);
  EXPECT_LE(windows[0].begin, 8);
  EXPECT_THAT(error_of([&] {
                question_windows(*tokenizer, question, "the boat", {.max_length = 24, .max_question = 50},
                                 64);
              }),
              HasSubstr("lower `max_question`"));
}

}  // namespace
}  // namespace hodhod
