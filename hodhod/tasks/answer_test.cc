// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/answer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hodhod/base/testing.h"
#include "hodhod/base/threads.h"
#include "hodhod/nn/module.h"
#include "hodhod/ops/shape.h"
#include "hodhod/tasks/test_tasks.h"
#include "hodhod/tensor/tape.h"

namespace hodhod {
namespace {

using testing::HasSubstr;

// The answer is the hoopoe with the word before it, if there is one.
std::vector<Question> bird_questions(uint64_t seed, int count, uint64_t words = 8) {
  std::vector<Question> questions;
  for (int i = 0; i < count; ++i) {
    Rng rng(seed, static_cast<uint64_t>(i));
    Question question{.id = std::to_string(i), .question = "the hoopoe", .context = {}};
    const uint64_t place = rng.below(words + 2);
    for (uint64_t w = 0; w < words; ++w) {
      std::string word = test_words()[rng.below(test_words().size())];
      if (word == "hoopoe") word = "boat";
      question.context += w > 0 ? " " : "";
      if (w == place) {
        question.answers.push_back({word + " hoopoe", question.context.size()});
        word += " hoopoe";
      }
      question.context += word;
    }
    questions.push_back(std::move(question));
  }
  return questions;
}

Answerer small_answerer() {
  auto tokenizer = test_tokenizer();
  const auto config = test_encoder(*tokenizer);
  return Answerer::make(config, std::move(tokenizer), 1);
}

AnswerTraining bird_training() {
  AnswerTraining training;
  training.batches = {.max_tokens = 300, .seed = 1};
  training.answers.windows = {.max_length = 40, .doc_stride = 6, .max_question = 8};
  training.answers.max_answer = 8;
  return training;
}

struct AnswerRun {
  Answerer answerer = small_answerer();
  AnswerTrainee trainee{answerer, bird_questions(1, 80), bird_questions(2, 20), bird_training()};
};

TEST(Answer, FindsWhatItHasLearned) {
  AnswerRun run;
  const TemporaryDirectory directory;
  train(run.trainee, test_training(120), directory.path());
  const auto questions = bird_questions(3, 30);
  Context context;
  Answerer loaded = Answerer::load(directory.path());
  EXPECT_EQ(loaded.options.max_answer, 8);
  const auto answered = answer(loaded, questions, loaded.options, context);
  const auto scores = evaluate(answered, questions);
  EXPECT_GT(scores.all.exact, 90);
  EXPECT_GT(scores.answerable.f1, 90);
  EXPECT_EQ(loaded.answer("the hoopoe", "the garden hoopoe sings"), "garden hoopoe");
  for (size_t i = 0; i < answered.size(); ++i) {
    double sum = answered[i].null_probability;
    for (const FoundAnswer& found : answered[i].best) {
      EXPECT_EQ(questions[i].context.substr(found.begin, found.end - found.begin), found.text);
      sum += found.probability;
    }
    EXPECT_NEAR(sum, 1, 1e-9);
  }
  // A high threshold makes it answer always, a low one never.
  AnswerOptions never = loaded.options, always = loaded.options;
  never.null_threshold = -1e9;
  always.null_threshold = 1e9;
  for (const Answered& one : answer(loaded, questions, never, context)) EXPECT_EQ(one.text, "");
  for (const Answered& one : answer(loaded, questions, always, context))
    EXPECT_EQ(one.text, one.best[0].text);
}

// The best span of all, by trying each.
TEST(Answer, TheBestSpanIsThatOfTryingEach) {
  const NoGrad off;
  const Answerer answerer = small_answerer();
  const auto questions = bird_questions(5, 6);
  Context context;
  const AnswerOptions options{.windows = {.max_length = 40, .doc_stride = 6, .max_question = 8},
                              .max_answer = 5};
  const auto answered = answer(answerer, questions, options, context);
  for (size_t i = 0; i < questions.size(); ++i) {
    const auto windows = question_windows(*answerer.encoder.tokenizer, questions[i].question,
                                          questions[i].context, options.windows, 40);
    ASSERT_EQ(windows.size(), 1u);
    const TokenBatch batch = batch_of(std::vector{windows[0].text}, 0);
    const auto logits = find_span(*answerer.encoder.model, batch, context).values();
    const auto at = [&](int64_t token, int64_t side) {
      return logits[static_cast<size_t>(2 * token + side)];
    };
    double best = -1e9;
    for (int64_t first = windows[0].begin; first < windows[0].end; ++first) {
      for (int64_t last = first; last < std::min(first + 5, windows[0].end); ++last)
        best = std::max(best, at(first, 0) + at(last, 1));
    }
    EXPECT_EQ(answered[i].best[0].score, best);
    EXPECT_EQ(answered[i].null_score, at(0, 0) + at(0, 1));
    EXPECT_EQ(answered[i].margin, answered[i].null_score - best);
  }
}

TEST(Answer, DoesNotDependOnTheOtherQuestions) {
  const Answerer answerer = small_answerer();
  const auto questions = bird_questions(6, 12, 30);
  Context context;
  const AnswerOptions options{.windows = {.max_length = 24, .doc_stride = 4, .max_question = 8}};
  const auto together = answer(answerer, questions, options, context);
  for (size_t i = 0; i < questions.size(); ++i) {
    const auto alone = answer(answerer, std::span(questions).subspan(i, 1), options, context)[0];
    EXPECT_EQ(alone.margin, together[i].margin);
    EXPECT_EQ(alone.null_score, together[i].null_score);
    ASSERT_EQ(alone.best.size(), together[i].best.size());
    for (size_t n = 0; n < alone.best.size(); ++n) {
      EXPECT_EQ(alone.best[n].text, together[i].best[n].text);
      EXPECT_EQ(alone.best[n].score, together[i].best[n].score);
    }
  }
}

// The loss of a padded row is that of the row alone.
TEST(Answer, PaddingIsNoPlaceOfAnAnswer) {
  const Tensor logits = Tensor::from<float>({1, 2, 3, -1, 0.5F, 2, 9, 9}, {1, 4, 2});
  const Tensor start = Tensor::from<int64_t>({1}, {1}), end = Tensor::from<int64_t>({2}, {1});
  const Tensor lengths = Tensor::from<int64_t>({3}, {1});
  const double padded = span_loss(logits, start, end, lengths).item();
  EXPECT_EQ(padded, span_loss(slice(logits, 1, 0, 3), start, end, {}).item());
  EXPECT_NE(padded, span_loss(logits, start, end, {}).item());
  // The mean of −log softmax of the start (1, 3, 0.5 at 1) and of the end (2, −1, 2 at 2).
  const double of_start = std::log(std::exp(1 - 3.0) + 1 + std::exp(0.5 - 3.0)),
               of_end = std::log(1 + std::exp(-3.0) + 1);
  EXPECT_NEAR(padded, (of_start + of_end) / 2, 1e-6);
}

TEST(Answer, ARunInPartsIsOneInOne) {
  expect_same_in_pieces(
      [] {
        auto run = std::make_shared<AnswerRun>();
        return std::shared_ptr<Trainee>(run, &run->trainee);
      },
      7, 12);
}

TEST(Answer, AHeadOfAnswersIsKeptAndAnotherReplaced) {
  AnswerRun run;
  const TemporaryDirectory directory;
  run.answerer.save(directory.path());
  const Answerer again = Answerer::from(directory.path());
  EXPECT_TRUE(again.encoder.missing.empty());
  EXPECT_EQ(again.options.max_answer, 8);
  EXPECT_EQ(read_json(directory / "config.json").at("architectures").at(size_t{0}).text(),
            "BertForQuestionAnswering");
  auto tokenizer = test_tokenizer();
  TransformerModelConfig config = test_encoder(*tokenizer);
  config.head.kind = HeadKind::masked_language_model;
  const TextModel other = TextModel::make(config, std::move(tokenizer), 1);
  const TemporaryDirectory masked;
  save_model_files(*other.model, masked.path());
  other.tokenizer->save(masked.path());
  EXPECT_THAT(Answerer::from(masked.path()).encoder.missing,
              testing::UnorderedElementsAre("span.weight", "span.bias"));
  EXPECT_THAT(error_of([&] { Answerer::load(masked.path()); }),
              HasSubstr("does not answer questions; give one trained with `hodhod train answer`"));
}

TEST(Answer, WhatCannotBeLearnedIsLeftOut) {
  Answerer answerer = small_answerer();
  std::vector<Question> lost(1);
  lost[0] = {
      .id = "1", .question = "the hoopoe", .context = "the boat", .answers = {{"Rhine", std::nullopt}}};
  EXPECT_THAT(error_of([&] { AnswerTrainee(answerer, lost, {}, bird_training()); }),
              HasSubstr("there is no question whose answer is known"));
}

}  // namespace
}  // namespace hodhod
