// SPDX-License-Identifier: Apache-2.0
// hodhod train answer: trains a model that answers questions from a text that holds the answers.
#include <fmt/core.h>

#include <algorithm>
#include <memory>

#include "cli/input.h"
#include "cli/output.h"
#include "cli/training_run.h"
#include "hodhod/base/error.h"
#include "hodhod/base/json.h"
#include "hodhod/data/held_out.h"
#include "hodhod/tasks/answer.h"

namespace hodhod::cli {
namespace {

struct TrainAnswerFlags : TrainFlags {
  CorpusOptions corpus;
  AnswerTraining training;
};

std::string text_of_questions(const std::vector<Question>& questions) {
  std::string text;
  for (const Question& question : questions) {
    Json answers = Json::array();
    for (const GoldAnswer& gold : question.answers) answers.push_back({{"text", gold.text}});
    text += json_line({{"question", question.question}, {"context", question.context}, {"answers", answers}});
  }
  return text;
}

Answerer make_answerer(const TrainAnswerFlags& flags, const RunDirectory& run,
                       const std::vector<Question>& train) {
  // Each text once: questions on the same one follow each other.
  const auto line = [&](size_t i) {
    const Question& question = train[i / 2];
    if (i % 2 == 0) return question.question;
    return i > 1 && train[i / 2 - 1].context == question.context ? std::string() : question.context;
  };
  return model_to_train(
      flags, run, lines_of(2 * train.size(), line),
      [&](const FineTuning& tuning) { return Answerer::from(flags.from, tuning); },
      [&](const ModelConfig& config, std::unique_ptr<text::Tokenizer> tokenizer) {
        return Answerer::make(config, std::move(tokenizer), flags.trainer.seed);
      });
}

int train_answer(const Command& command, TrainAnswerFlags& flags, const Session& session) {
  std::vector<Question> train = told(read_questions(flags.data, flags.corpus)).all;
  std::vector<Question> dev;
  if (!flags.dev.empty()) dev = told(read_questions(flags.dev, flags.corpus)).all;
  RunDirectory run = begin_run(command, flags,
                               {{"data", flags.data, [&] { return text_of_questions(train); }},
                                {"dev", flags.dev, [&] { return text_of_questions(dev); }}});
  if (flags.dev.empty()) dev = take_out(train, held_out_questions(train, flags.dev_share));
  tell_validation(!dev.empty(), flags);
  Answerer answerer = make_answerer(flags, run, train);
  AnswerOptions options = answerer.options;
  options.windows.max_length = std::min(options.windows.max_length, answerer.encoder.config().max_length());
  command.keep_given(options, flags.training.answers);
  check(options.windows.max_length <= answerer.encoder.config().max_length(),
        "--max-length: windows of {} tokens for a model that takes {}; lower it", options.windows.max_length,
        answerer.encoder.config().max_length());
  flags.training.answers = options;
  flags.training.batches.seed = flags.trainer.seed;
  const auto dev_size = dev.size();
  AnswerTrainee trainee(answerer, train, std::move(dev), flags.training);
  if (trainee.too_long() > 0) {
    tell({fmt::format("{} {} longer than the {} tokens of an answer that is given; raise --max-answer",
                      trainee.too_long(), trainee.too_long() == 1 ? "answer is" : "answers are",
                      options.max_answer)});
  }
  apply_epochs(flags, trainee.batches_in_epoch());
  return run_training({.trainee = trainee,
                       .model = answerer.encoder,
                       .data = fmt::format("{} questions to train on in {} windows, {} for validation",
                                           train.size(), trainee.windows(), dev_size),
                       .unit = "windows"},
                      flags, run, session);
}

}  // namespace

void declare_train_answer(Command& command) {
  auto flags = std::make_shared<TrainAnswerFlags>();
  set_encoder_defaults(*flags, HeadKind::span);
  command
      .add("--data", flags->data,
           "Questions with their texts and answers: .json (SQuAD's form), .jsonl, .tsv or .csv (.gz and .zst "
           "too)")
      .called("FILE")
      .required();
  command.add("--dev", flags->dev, "Data for validation, in the same form").called("FILE");
  add_dev_share(command, *flags);
  command.add_config(flags->corpus, "Data");
  add_encoder_train_flags(command, *flags);
  command.add_config(flags->training, "Answers");
  command.on_run(
      [flags, &command](const Session& session) { return train_answer(command, *flags, session); });
}

}  // namespace hodhod::cli
