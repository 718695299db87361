// SPDX-License-Identifier: Apache-2.0
// hodhod train generate: trains a language model on plain text.
#include <fmt/core.h>

#include <memory>

#include "cli/input.h"
#include "cli/models.h"
#include "cli/training_run.h"
#include "hodhod/base/error.h"
#include "hodhod/tasks/generate.h"

namespace hodhod::cli {
namespace {

struct TrainGenerateFlags : TrainFlags {
  LanguageTraining training;
};

// Cuts off the end of the text and returns it: about this share, from the beginning of a line on. Returns an
// empty text if no line begins there.
std::string take_end(std::string& text, double share) {
  size_t cut = text.size() - static_cast<size_t>(static_cast<double>(text.size()) * share);
  while (cut < text.size() && cut > 0 && text[cut - 1] != '\n') ++cut;
  std::string end = text.substr(cut);
  text.resize(cut);
  return end;
}

TextGenerator make_generator(const TrainGenerateFlags& flags, const RunDirectory& run,
                             const std::string& train) {
  // For a character tokenizer, a line break is a character like others.
  const LineEnds ends = flags.tokenizer.kind == TokenizerKind::character ? LineEnds::kept : LineEnds::dropped;
  return model_to_train(
      flags, run, lines_of(train, ends),
      [&](const FineTuning& tuning) { return TextGenerator::load(flags.from, tuning); },
      [&](ModelConfig& config, std::unique_ptr<text::Tokenizer> tokenizer) {
        config.set_max_length(std::max(config.max_length(), flags.training.length));
        return TextGenerator::make(config, std::move(tokenizer), flags.trainer.seed);
      });
}

int train_generate(const Command& command, const TrainGenerateFlags& flags, const Session& session) {
  std::string train = read_text(flags.data, session.quiet), dev;
  if (!flags.dev.empty()) dev = read_text(flags.dev, session.quiet);
  check(!train.empty(), "training: {} is empty", flags.data.empty() ? "standard input" : flags.data[0]);
  RunDirectory run = begin_run(command, flags,
                               {{"data", or_standard_input(flags.data), [&] { return train; }},
                                {"dev", flags.dev, [&] { return dev; }}});
  if (flags.dev.empty()) dev = take_end(train, flags.dev_share);
  TextGenerator generator = make_generator(flags, run, train);
  LanguageTraining training = flags.training;
  training.token_cache = run.file("train.tokens");
  training.planned_tokens = static_cast<double>(flags.trainer.steps) *
                            static_cast<double>(flags.trainer.accumulate * training.batch * training.length);
  LanguageTrainee trainee(generator, train, dev, training, flags.trainer.seed);
  tell_validation(trainee.validates(), flags, "give some with --dev, or text of more lines for --dev-share");
  return run_training({.trainee = trainee,
                       .model = generator,
                       .data = fmt::format("{} tokens to train on", trainee.tokens())},
                      flags, run, session);
}

}  // namespace

void declare_train_generate(Command& command) {
  auto flags = std::make_shared<TrainGenerateFlags>();
  flags->preset = "gpt-tiny";
  set_usual(*flags, usual_generation());
  flags->training.length = 64;
  flags->training.batch = 12;
  command.add("--data", flags->data, "Text files (.gz and .zst too); standard input if there is none")
      .called("FILE");
  command.add("--dev", flags->dev, "Text for validation").called("FILE");
  flags->dev_share = 0.1;
  add_dev_share(command, *flags);
  add_train_flags(command, *flags);
  command.add_config(flags->training, "Language model");
  command.on_run(
      [flags, &command](const Session& session) { return train_generate(command, *flags, session); });
}

}  // namespace hodhod::cli
