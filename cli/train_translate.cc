// SPDX-License-Identifier: Apache-2.0
// hodhod train translate: a model that translates, from parallel text.
#include <fmt/core.h>

#include <memory>

#include "cli/models.h"
#include "cli/training.h"
#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/data/record_reader.h"
#include "hodhod/nn/module.h"
#include "hodhod/tasks/translate.h"

namespace hodhod::cli {
namespace {

struct TrainTranslateFlags : TrainFlags {
  std::vector<std::string> source, target, dev_source, dev_target;
  bool skip_bad = false;
  TranslationTraining training;
};

std::vector<TextPair> read_pairs(const std::vector<std::string>& source,
                                 const std::vector<std::string>& target, bool skip_bad) {
  if (source.empty() && target.empty()) return {};  // no text for validation
  ParallelReader reader({source, target}, skip_bad);
  std::vector<TextPair> pairs;
  while (auto record = reader.next()) {
    if (record->fields[0].empty() || record->fields[1].empty()) continue;
    pairs.push_back({std::move(record->fields[0]), std::move(record->fields[1])});
  }
  tell_bad_lines(reader.bad_lines());
  return pairs;
}

int train_translate(const TrainTranslateFlags& flags, const Session& session) {
  const auto train = read_pairs(flags.source, flags.target, flags.skip_bad);
  const auto dev = read_pairs(flags.dev_source, flags.dev_target, flags.skip_bad);
  check(!train.empty(), "training: {} has no pairs", flags.source[0]);
  Translator translator;
  const text::LineSource lines = [&, next = size_t{0}](std::string& line) mutable {
    if (next >= 2 * train.size()) return false;
    line = next % 2 ? train[next / 2].target : train[next / 2].source;
    ++next;
    return true;
  };
  if (!flags.from.empty()) {
    translator = warned(Translator::load(flags.from));
    tell_about_tokenizer(*translator.tokenizer, lines);
  } else {
    translator.tokenizer = choose_tokenizer(flags, lines);
    translator.model = std::make_unique<Transformer>(configured(flags, translator.tokenizer->vocab_size()),
                                                     Rng(flags.trainer.seed));
  }
  TranslationTraining training = flags.training;
  training.batches.seed = flags.trainer.seed;
  training.token_cache = join_path(flags.out, "training/train.tokens");
  TranslationTrainee trainee(translator, train, dev, training);
  if (!session.quiet) {
    fmt::print(stderr,
               "{} pairs to train on ({} too long), {} for validation, {} tokens known, {} parameters\n",
               trainee.pairs(), trainee.left_out(), dev.size(), translator.tokenizer->vocab_size(),
               parameter_count(*translator.model));
  }
  return run_training(trainee, flags, session);
}

}  // namespace

void add_train_translate(Command& train) {
  Command& command = train.add_command("translate", "Train a model that translates, from pairs of texts");
  auto flags = std::make_shared<TrainTranslateFlags>();
  flags->preset = "tiny";
  flags->tokenizer.special = SpecialTokens::translation;
  flags->tokenizer.blanks = Blanks::joined;
  flags->trainer.schedule = {.kind = ScheduleKind::inverse_sqrt, .rate = 1e-3, .warmup = 1000};
  command.add("--source", flags->source, "Text to translate from, a sentence a line (.gz and .zst too)")
      .called("FILE")
      .required();
  command.add("--target", flags->target, "The same sentences in the other language")
      .called("FILE")
      .required();
  command.add("--dev-source", flags->dev_source, "Pairs for validation: from").called("FILE");
  command.add("--dev-target", flags->dev_target, "Pairs for validation: to").called("FILE");
  command.add("--skip-bad", flags->skip_bad, "Count bad lines and go on");
  add_train_flags(command, *flags);
  command.add_config(flags->training, "Translation");
  command.on_run([flags](const Session& session) { return train_translate(*flags, session); });
}

}  // namespace hodhod::cli
