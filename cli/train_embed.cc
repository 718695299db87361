// SPDX-License-Identifier: Apache-2.0
// hodhod train embed: trains word vectors on plain text, or a model of vectors of words in context.
#include <fmt/format.h>

#include <memory>

#include "cli/input.h"
#include "cli/output.h"
#include "cli/training_run.h"
#include "hodhod/base/error.h"
#include "hodhod/base/format.h"
#include "hodhod/data/held_out.h"
#include "hodhod/models/bilm_config.h"
#include "hodhod/models/registry.h"
#include "hodhod/tasks/contextual_vectors.h"
#include "hodhod/tasks/word_vectors.h"

namespace hodhod::cli {
namespace {

struct TrainEmbedFlags : TrainFlags {
  VectorTraining training;
  ContextualTraining contextual;
};

// Error when one of these options was given, which are for `what`.
void refuse_of_others(const Command& command, const std::vector<Field>& options, const std::string& preset,
                      std::string_view what) {
  command.refuse(options_of(options), fmt::format("is for {}, and --preset {} has none", what, preset));
}

// ---- one vector for each word ----

TextModel make_vectors(const TrainEmbedFlags& flags, const RunDirectory& run, const std::string& text) {
  auto tokenizer = choose_tokenizer(flags, run, lines_of(text, LineEnds::dropped));
  const auto config = configured(flags, *tokenizer);
  auto& own = dynamic_cast<WordVectorsConfig&>(*config);
  choose_buckets(own.body, *tokenizer);
  own.set_special({.pad = -1});
  return TextModel::make(own, std::move(tokenizer), flags.trainer.seed);
}

int train_word_vectors(const Command& command, const TrainEmbedFlags& flags, const Session& session) {
  refuse_training(command, flags, "fitted in blocks of text");
  ContextualTraining contextual;
  refuse_of_others(command, fields_of(contextual), flags.preset, "vectors of words in context");
  command.refuse({"--dev", "--dev-share"}, "word vectors are not validated while they are trained");
  const std::string text = read_text(flags.data, session.quiet);
  check_text_is_there(text.empty(), flags.data);
  RunDirectory run =
      begin_run(command, flags, {{"data", or_standard_input(flags.data), [&] { return text; }}});
  TextModel model = make_vectors(flags, run, text);
  VectorsTask task(model, lines_of(text, LineEnds::dropped), flags.training, flags.trainer.seed);
  const int status =
      run_fitting({.fitted = task.fitted(),
                   .model = model,
                   .data = fmt::format("{} {} to train on; {}", with_commas(task.tokens()),
                                       noun_for(task.tokens(), "word"), model.config().summary()),
                   .unit = "parts of the text"},
                  flags, run, session);
  if (const std::string note = task.note(); status == 0 && !note.empty()) tell({note});
  return status;
}

// ---- vectors of words in context ----

bool is_contextual(const ModelConfig& config) { return dynamic_cast<const BilmConfig*>(&config) != nullptr; }

// What is not given is usual for contextual vectors rather than for word vectors.
void take_contextual_defaults(const Command& command, TrainEmbedFlags& flags) {
  if (!is_contextual(*preset_of(flags))) return;
  const UsualSettings usual = usual_contextual_vectors();
  flags.tokenizer.special = usual.tokenizer.special;
  flags.tokenizer.blanks = usual.tokenizer.blanks;
  if (!command.was_given("--tokenizer-kind")) flags.tokenizer.kind = usual.tokenizer.kind;
  if (!command.was_given("--tokenizer-vocabulary")) flags.tokenizer.vocabulary = usual.tokenizer.vocabulary;
  if (!command.was_given("--tokenizer-min-count")) flags.tokenizer.min_count = usual.tokenizer.min_count;
}

TextModel make_contextual(const TrainEmbedFlags& flags, const RunDirectory& run,
                          const std::vector<std::string>& train) {
  auto tokenizer = choose_tokenizer(flags, run, lines_of(train.size(), [&](size_t i) { return train[i]; }));
  const auto config = configured(flags, *tokenizer);
  config->set_max_length(std::max(config->max_length(), flags.contextual.length));
  return TextModel::make(*config, std::move(tokenizer), flags.trainer.seed);
}

int train_contextual(const Command& command, TrainEmbedFlags& flags, const Session& session) {
  VectorTraining of_words;
  std::vector<Field> options = fields_of(of_words);
  std::erase_if(options, [](const Field& option) { return option.path == "epochs"; });
  refuse_of_others(command, options, flags.preset, "one vector for each word");
  check(!flags.training.epochs || !command.was_given("--steps"), "--epochs and --steps: give one of them");
  std::vector<std::string> train = read_lines(flags.data, session.quiet), dev;
  if (!flags.dev.empty()) dev = read_lines(flags.dev, session.quiet);
  check_text_is_there(train.empty(), flags.data);
  RunDirectory run = begin_run(command, flags,
                               {{"data", or_standard_input(flags.data), [&] { return joined_lines(train); }},
                                {"dev", flags.dev, [&] { return joined_lines(dev); }}});
  if (flags.dev.empty()) dev = take_out(train, held_out(train.size(), flags.dev_share));
  tell_validation(!dev.empty(), flags);
  TextModel model = make_contextual(flags, run, train);
  flags.contextual.batches.seed = flags.trainer.seed;
  ContextualVectorsTrainee trainee(model, train, dev, flags.contextual);
  if (flags.training.epochs) flags.epochs = static_cast<double>(*flags.training.epochs);
  apply_epochs(flags, trainee.batches_in_epoch());
  return run_training({.trainee = trainee,
                       .model = model,
                       .data = fmt::format("{} {} to train on; {}", with_commas(trainee.tokens()),
                                           noun_for(trainee.tokens(), "token"), model.config().summary()),
                       .unit = "predictions"},
                      flags, run, session);
}

int train_embed(const Command& command, TrainEmbedFlags& flags, const Session& session) {
  const auto config = preset_of(flags);
  check_text_is_given(flags.data);
  if (is_contextual(*config)) return train_contextual(command, flags, session);
  check(dynamic_cast<const WordVectorsConfig*>(config.get()) != nullptr,
        "--preset {}: is no model of word vectors; give word2vec, fasttext-vectors, glove or elmo-small",
        flags.preset);
  return train_word_vectors(command, flags, session);
}

}  // namespace

void declare_train_embed(Command& command) {
  auto flags = std::make_shared<TrainEmbedFlags>();
  flags->preset = "word2vec";
  flags->head = HeadKind::none;
  flags->suits = [](const ModelConfig& config) {
    return is_contextual(config) || dynamic_cast<const WordVectorsConfig*>(&config) != nullptr;
  };
  flags->trainer = usual_contextual_vectors().trainer;
  flags->tokenizer = usual_word_tokenizer();
  flags->dev_share = 0.02;
  command
      .add("--data", flags->data,
           "Text files (.gz and .zst too), a line for each sentence or paragraph; standard input if there is "
           "none")
      .called("FILE");
  command.add("--dev", flags->dev, "Text for the validation of vectors in context").called("FILE");
  add_dev_share(command, *flags);
  add_new_model_flags(command, *flags);
  command.add_config(flags->training, "Word vectors");
  command.add_config(flags->contextual, "Vectors of words in context");
  command.on_prepare([flags, &command] { take_contextual_defaults(command, *flags); });
  command.on_run([flags, &command](const Session& session) { return train_embed(command, *flags, session); });
}

}  // namespace hodhod::cli
