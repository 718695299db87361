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
  EXPECT_THAT(read.notes,
              ElementsAre(HasSubstr("1 answer is not where answer_start says"),
                          HasSubstr("1 answer does not occur in the text"),
                          HasSubstr("1 question is said to be impossible (is_impossible) and has")));
}

// PersianQA numbers its questions, and other files have no ids.
TEST(Questions, OfSquadsFormMayHaveNumbersForIdsOrNone) {
  const TemporaryDirectory directory;
  const Questions read = read_questions({directory.put("x.json", R"({"data": [{"paragraphs": [
    {"context": "a b", "qas": [{"id": 17, "question": "q", "answers": [{"text": "a", "answer_start": 0}]},
                               {"question": "r", "answers": []}, {"id": null, "question": "s"}]}]}]})")});
  ASSERT_EQ(read.all.size(), 3u);
  EXPECT_EQ(read.all[0].id, "17");
  EXPECT_EQ(read.all[1].id, "2");
  EXPECT_EQ(read.all[2].id, "3");
}

TEST(Questions, MayBeAListOfObjects) {
  const char* list =
      R"([{"question": "q", "context": "a b", "answers": {"text": ["b"], "answer_start": [2]}}])";
  for (const std::string& json : {std::string(list), std::string(R"({"data": )") + list + "}"}) {
    const Question question = only_question("x.json", json);
    EXPECT_THAT(question.accepted(), ElementsAre("b"));
    EXPECT_EQ(question.id, "1");
    // Standard input has no ending either.
    EXPECT_THAT(only_question("x", json).accepted(), ElementsAre("b"));
  }
  EXPECT_EQ(only_question("x.txt", R"({"data": [{"paragraphs": [{"context": "c",
      "qas": [{"id": "z", "question": "q", "answers": []}]}]}]})")
                .id,
            "z");
}

TEST(Questions, AnswersMayBeStrings) {
  EXPECT_THAT(
      only_question("x.jsonl", R"({"question": "q", "context": "a b", "answers": ["b", "a b"]})").accepted(),
      ElementsAre("b", "a b"));
  EXPECT_THAT(only_question("x.jsonl", R"({"question": "q", "context": "a b", "answers": "b"})").accepted(),
              ElementsAre("b"));
}

TEST(Questions, ColumnsNameTheKeysOfLines) {
  const std::string line = R"({"q": "who", "question": "no", "passage": "a b", "gold": ["b"]})";
  const Question question = only_question("x.jsonl", line, {.columns = {"q", "passage", "gold"}});
  EXPECT_EQ(question.question, "who");
  EXPECT_EQ(question.context, "a b");
  EXPECT_THAT(question.accepted(), ElementsAre("b"));
  const auto error = [&](const char* name, const std::string& bytes, std::vector<std::string> columns) {
    const TemporaryDirectory directory;
    return error_of([&] { read_questions({directory.put(name, bytes)}, {.columns = std::move(columns)}); });
  };
  EXPECT_THAT(error("x.jsonl", line, {"1", "2", "3"}), HasSubstr("column 1: JSON lines have keys"));
  EXPECT_THAT(error("x.jsonl", line, {"q"}), HasSubstr("`columns`: 1 given"));
  EXPECT_THAT(error("x.json", kSquad, {"q", "passage", "gold"}), HasSubstr("`columns` is for tables"));
}

// A table of two columns has questions to be answered, and would score every model by its silence.
TEST(Questions, WithoutAnswersNeitherTeachNorScore) {
  const auto doubts = [](const char* name, const std::string& bytes) {
    const TemporaryDirectory directory;
    return doubts_about_answers(read_questions({directory.put(name, bytes)}), name);
  };
  for (const auto& [name, bytes] : {std::pair{"x.tsv", "q\ta b\n"},
                                    {"x.csv", "question,context,title\nq,a b,a\n"},
                                    {"x.jsonl", R"({"question": "q", "context": "c"})"}}) {
    EXPECT_THAT(error_of([&, name = name, bytes = bytes] { doubts(name, bytes); }),
                HasSubstr("does not say what the answers are"))
        << name;
  }
  EXPECT_THAT(doubts("x.tsv", "q\ta b\t\n"), ElementsAre("x.tsv: no question has an answer"));
  EXPECT_THAT(doubts("x.jsonl", R"({"question": "q", "context": "c", "is_impossible": true})"),
              ElementsAre(HasSubstr("no question has an answer")));
  EXPECT_THAT(doubts("x.tsv", "q\ta b\ta\nq\ta b\t\n"), IsEmpty());
  EXPECT_THAT(doubts("x.json", kSquad), IsEmpty());
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
  EXPECT_THAT(error("x.json", "{\"question\": \"q\"}\n{\"question\": \"r\"}\n"),
              HasSubstr("an object on each line; name the file .jsonl"));
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
  // A line of a table may have too few columns, or no question in them.
  const std::string table = directory.put("x.tsv", "q\tc\ta\nq\n \tc\ta\n");
  const Questions skipped = read_questions({table, file}, {.skip_bad = true});
  EXPECT_EQ(skipped.all.size(), 2u);
  EXPECT_EQ(skipped.bad.count(), 3);
  EXPECT_THAT(skipped.bad.examples(), testing::Contains(HasSubstr("x.tsv:2: expected 3 columns")));
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
