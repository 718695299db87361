// SPDX-License-Identifier: Apache-2.0
// hodhod train translate: trains a translation model on parallel text.
#include <fmt/core.h>

#include <memory>

#include "cli/input.h"
#include "cli/languages.h"
#include "cli/output.h"
#include "cli/text_pairs.h"
#include "cli/training_run.h"
#include "hodhod/base/error.h"
#include "hodhod/base/format.h"
#include "hodhod/tasks/translate.h"

namespace hodhod::cli {
namespace {

struct TrainTranslateFlags : TrainFlags {
  std::vector<std::string> source, target, dev_source, dev_target;
  bool skip_bad = false;
  LanguageChoice languages;
  TranslationTraining training;
};

// One side of the pairs, as the text that was read.
std::string side_of(const std::vector<TextPair>& pairs, std::string TextPair::*side) {
  std::string text;
  for (const TextPair& pair : pairs) text.append(pair.*side).push_back('\n');
  return text;
}

Translator make_translator(const TrainTranslateFlags& flags, const RunDirectory& run,
                           const std::vector<TextPair>& train) {
  const auto text = [&](size_t i) { return i % 2 == 1 ? train[i / 2].target : train[i / 2].source; };
  return model_to_train(
      flags, run, lines_of(2 * train.size(), text),
      [&](const FineTuning& tuning) { return Translator::load(flags.from, tuning); },
      [&](const ModelConfig& config, std::unique_ptr<text::Tokenizer> tokenizer) {
        return Translator::make(config, std::move(tokenizer), flags.trainer.seed);
      });
}

int train_translate(const Command& command, const TrainTranslateFlags& flags, const Session& session) {
  const auto train = read_pairs(flags.source, flags.target, flags.skip_bad);
  const auto dev = read_pairs(flags.dev_source, flags.dev_target, flags.skip_bad);
  check(!train.empty(), "training: {} has no pairs", flags.source[0]);
  RunDirectory run =
      begin_run(command, flags,
                {{"source", flags.source, [&] { return side_of(train, &TextPair::source); }},
                 {"target", flags.target, [&] { return side_of(train, &TextPair::target); }},
                 {"dev-source", flags.dev_source, [&] { return side_of(dev, &TextPair::source); }},
                 {"dev-target", flags.dev_target, [&] { return side_of(dev, &TextPair::target); }}});
  Translator translator = make_translator(flags, run, train);
  choose_languages(translator, flags.languages);
  tell(language_notes(translator));
  TranslationTraining training = flags.training;
  training.batches.seed = flags.trainer.seed;
  training.token_cache = run.file("train.tokens");
  TranslationTrainee trainee(translator, train, dev, training);
  check(flags.dev_source.empty() || trainee.dev_pairs() > 0,
        "--dev-source {}: there is no pair of up to --max-length tokens in it to validate on",
        flags.dev_source.empty() ? "" : flags.dev_source[0]);
  tell_validation(trainee.dev_pairs() > 0, flags, "give some with --dev-source and --dev-target");
  return run_training(
      {.trainee = trainee,
       .model = translator,
       .data = fmt::format("{} to train on ({} too long), {} for validation",
                           count_of(trainee.pairs(), "pair"), trainee.left_out(), trainee.dev_pairs())},
      flags, run, session);
}

}  // namespace

void declare_train_translate(Command& command) {
  auto flags = std::make_shared<TrainTranslateFlags>();
  flags->reads_source = true;
  flags->preset = "tiny";
  set_usual(*flags, usual_translation());
  command.add("--source", flags->source, "Text to translate from, a sentence a line (.gz and .zst too)")
      .called("FILE")
      .required();
  command.add("--target", flags->target, "The same sentences in the other language")
      .called("FILE")
      .required();
  command.add("--dev-source", flags->dev_source, "Text to translate from for validation")
      .called("FILE")
      .needs("--dev-target");
  command.add("--dev-target", flags->dev_target, "The same sentences in the other language, for validation")
      .called("FILE")
      .needs("--dev-source");
  command.add_fields({field_of("skip_bad", flags->skip_bad, kSkipBadHelp)}, "Options");
  add_languages(command, flags->languages);
  add_train_flags(command, *flags);
  command.add_config(flags->training, "Translation");
  command.on_run(
      [flags, &command](const Session& session) { return train_translate(command, *flags, session); });
}

}  // namespace hodhod::cli
