// SPDX-License-Identifier: Apache-2.0
// Answering questions from a text that contains the answer: an encoder reads both and says where the answer
// begins and ends (Devlin et al. 2019, §4.2–4.3).
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hodhod/base/number_range.h"
#include "hodhod/data/batching.h"
#include "hodhod/tasks/new_model.h"
#include "hodhod/tasks/question_windows.h"
#include "hodhod/tasks/questions.h"
#include "hodhod/tasks/text_model.h"
#include "hodhod/train/metrics/answers.h"
#include "hodhod/train/trainer.h"

namespace hodhod {

struct AnswerOptions {
  QuestionWindowOptions windows;
  int64_t max_answer = 30;  // tokens of an answer
  double null_threshold =
      0;  // no answer is given if the score of there being none is more than this above it

  template <class Visitor>
  void visit(Visitor&& v) {
    windows.visit(v);
    v("max_answer", max_answer, "Most tokens of an answer", at_least(1));
    v("null_threshold", null_threshold,
      "Give no answer if the score of there being none exceeds the best answer's by more than this");
  }
};

// An encoder with a span head.
//
//     auto answerer = Answerer::from("bert-base", {});
//     fit(answerer, "train.json", {.steps = 2000}, "answers");
//     fmt::print("{}", Answerer::load("answers").answer("Who reads?", "The teacher reads a book."));
struct Answerer {
  TextModel encoder;
  AnswerOptions options;  // those that it was trained with

  static Answerer make(const ModelConfig& config, std::unique_ptr<text::Tokenizer> tokenizer, uint64_t seed);
  static Answerer load(const ModelPath& path);
  // Starts from the directory of any encoder. Its head is kept if it is one for answers; otherwise it is new.
  static Answerer from(const std::string& directory, const FineTuning& tuning = {});
  void save(const std::string& directory) const;
  // The answer in the text; empty if it holds none. (answer() below takes many questions and returns more.)
  std::string answer(const std::string& question, const std::string& context) const;
};

// A place in a text that may be the answer.
struct FoundAnswer {
  std::string text;
  size_t begin = 0, end = 0;  // bytes of the text
  double score = 0;           // logit of the start + logit of the end
  double probability = 0;     // the softmax over the answers found and there being none
};

struct Answered {
  std::string text;               // the answer; empty if none is given
  std::vector<FoundAnswer> best;  // at different places, best first
  double null_score = 0;          // of there being no answer: the lowest of the windows
  double null_probability = 0;
  double margin = 0;   // null_score − the best answer's score
  int64_t tokens = 0;  // of question and text
};

// How many answers are found for each question, of which the caller may show fewer.
inline constexpr size_t kFoundAnswers = 20;

// The answers to each question. They do not depend on the other questions. A text longer than a window is
// read in several: the score of an answer is the greatest that a window gives it, and an answer lies within
// one.
std::vector<Answered> answer(const Answerer& answerer, std::span<const Question> questions,
                             const AnswerOptions& options, Context& context, int64_t batch_tokens = 8192);

// The scores of given answers against the accepted ones.
metrics::AnswerScores evaluate(std::span<const Answered> answered, std::span<const Question> questions,
                               metrics::AnswerForm form = metrics::AnswerForm::squad);

struct AnswerTraining {
  BatchOptions batches{.max_tokens = 8192, .max_examples = 32};
  AnswerOptions answers;
  int64_t validation_questions = 1000;

  template <class Visitor>
  void visit(Visitor&& v) {
    v("batches", batches);
    answers.visit(v);
    v("validation_questions", validation_questions, "Most questions that are answered at each validation",
      at_least(1));
  }
};

// Trains `answerer` on `train` and validates on `dev`. Keeps a reference to the answerer. A window that does
// not hold the whole answer has none: its target is the first token. An answer that does not occur in its
// text is not trained on; of several accepted ones the first is.
class AnswerTrainee final : public Trainee {
 public:
  AnswerTrainee(Answerer& answerer, std::span<const Question> train, std::vector<Question> dev,
                const AnswerTraining& options);

  int64_t batches_in_epoch() const { return sampler_->batches_in_epoch(); }
  int64_t windows() const { return std::ssize(texts_); }
  // Questions whose answer is longer than `max_answer` tokens: it can be learned and is not given.
  int64_t too_long() const { return too_long_; }

  NamedParameters parameters() override;
  BatchPosition position() const override { return sampler_->position(); }
  void seek(BatchPosition position) override { sampler_->seek(position); }
  void next_batch() override;
  LossSum loss(Context& context) override;
  Scores validate() override;
  std::vector<Sample> samples() override { return samples_; }
  void save(const std::string& directory) override { answerer_.save(directory); }

 private:
  Answerer& answerer_;
  std::vector<EncodedText> texts_;
  std::vector<int64_t> starts_, ends_;  // of each window's answer
  std::vector<Question> dev_;
  std::vector<Sample> samples_;  // of the last validation
  std::unique_ptr<BatchSampler> sampler_;
  TokenBatch batch_;
  Tensor batch_starts_, batch_ends_;  // [B]
  int64_t too_long_ = 0;
};

}  // namespace hodhod
