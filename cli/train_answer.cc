// SPDX-License-Identifier: Apache-2.0
// hodhod train answer: trains a model that answers questions from a text that holds the answers.
#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>

#include "cli/input.h"
#include "cli/output.h"
#include "cli/training_run.h"
#include "hodhod/base/error.h"
#include "hodhod/base/format.h"
#include "hodhod/base/json.h"
#include "hodhod/data/held_out.h"
#include "hodhod/tasks/answer.h"
#include "hodhod/tasks/cloze_questions.h"

namespace hodhod::cli {
namespace {

struct TrainAnswerFlags : TrainFlags {
  CorpusOptions corpus;
  AnswerTraining training;
  std::vector<std::string> cloze;
  ClozeOptions cloze_options;
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

std::vector<Question> answered_questions(const std::vector<std::string>& files, const CorpusOptions& corpus) {
  Questions questions = told(read_questions(files, corpus));
  tell(doubts_about_answers(questions, files[0]));
  return std::move(questions.all);
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

// Adds questions made of the texts, and if no questions are given for validation, those of texts held out.
void add_cloze_questions(const TrainAnswerFlags& flags, std::vector<std::string> texts,
                         std::vector<Question>& train, std::vector<Question>& dev) {
  if (flags.cloze.empty()) return;
  std::vector<std::string> dev_texts;
  if (flags.dev.empty()) dev_texts = take_out(texts, held_out(texts.size(), flags.dev_share));
  for (auto [from, to] : {std::pair{&texts, &train}, {&dev_texts, &dev}}) {
    std::vector<Question> made = cloze_questions(*from, flags.cloze_options, flags.trainer.seed);
    check(!made.empty() || to != &train,
          "{}: no question can be made of these texts; they need sentences of six words or more",
          flags.cloze[0]);
    std::move(made.begin(), made.end(), std::back_inserter(*to));
  }
}

int train_answer(const Command& command, TrainAnswerFlags& flags, const Session& session) {
  check(
      !flags.data.empty() || !flags.cloze.empty(),
      "training: there are no questions; give files of them with --data, or texts that they are made of with "
      "--cloze");
  if (flags.cloze.empty())
    command.refuse(options_of(fields_of(flags.cloze_options), "cloze-"),
                   "is for texts that questions are made of, and --cloze names none");
  std::vector<Question> train, dev;
  if (!flags.data.empty()) train = answered_questions(flags.data, flags.corpus);
  if (!flags.dev.empty()) dev = answered_questions(flags.dev, flags.corpus);
  std::vector<std::string> texts;
  if (!flags.cloze.empty()) texts = read_lines(flags.cloze, session.quiet);
  RunDirectory run = begin_run(command, flags,
                               {{"data", flags.data, [&] { return text_of_questions(train); }},
                                {"dev", flags.dev, [&] { return text_of_questions(dev); }},
                                {"cloze", flags.cloze, [&] { return joined_lines(texts); }}});
  if (flags.dev.empty()) dev = take_out(train, held_out_questions(train, flags.dev_share));
  add_cloze_questions(flags, std::move(texts), train, dev);
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
  return run_training(
      {.trainee = trainee,
       .model = answerer.encoder,
       .data = fmt::format("{} to train on in {}, {} for validation", count_of(std::ssize(train), "question"),
                           count_of(trainee.windows(), "window"), dev_size),
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
      .called("FILE");
  command
      .add("--cloze", flags->cloze,
           "Texts, one on each line, of which questions are made: words of a sentence are the answer, those "
           "around them the question (.gz and .zst too)")
      .called("FILE");
  command.add("--dev", flags->dev, "Data for validation, in the same form").called("FILE");
  add_dev_share(command, *flags);
  command.add_config(flags->corpus, "Data");
  add_encoder_train_flags(command, *flags);
  command.add_config(flags->training, "Answers");
  command.add_config(flags->cloze_options, "Questions made of texts", "cloze");
  command.on_run(
      [flags, &command](const Session& session) { return train_answer(command, *flags, session); });
}

}  // namespace hodhod::cli
