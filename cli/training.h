// SPDX-License-Identifier: Apache-2.0
// What the tasks share in `hodhod train`: flags, tokenizer, and configuration of the model.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/arguments.h"
#include "cli/models.h"
#include "hodhod/models/adapters.h"
#include "hodhod/models/model_config.h"
#include "hodhod/tasks/new_model.h"
#include "hodhod/tasks/task_tokenizer.h"
#include "hodhod/tasks/text_model.h"
#include "hodhod/train/run_directory.h"
#include "hodhod/train/trainer.h"

namespace hodhod::cli {

struct TrainFlags {
  std::string out;         // the model's directory
  bool restart = false;    // discard the run in the directory
  bool overwrite = false;  // replace the model in the directory
  std::string from;        // a model to start from
  std::string preset;
  HeadKind head = HeadKind::language_model;  // the head that the task needs
  bool reads_source = false;
  std::string tokenizer_path;              // an existing tokenizer
  std::vector<std::string> model_options;  // NAME=VALUE
  std::string embedding;                   // word vectors that a new model's embedding begins from
  bool freeze_embedding = false;
  LoraOptions lora;                     // of the adapter to train
  std::optional<int64_t> train_layers;  // the number of last layers to train; unset: all
  TaskTokenizerOptions tokenizer;
  TrainerOptions trainer;
  bool profile = false;
  std::optional<double> epochs;  // unset: the trainer's steps decide
  int64_t fresh_layers = 0;
  std::vector<std::string> data, dev;
  double dev_share = 0;
  // Whether the command can train a preset; null: if it can have the head and the source that the task needs.
  bool (*suits)(const ModelConfig&) = nullptr;
};

// The preset of --preset. If there is none of this name, the Error lists those that the command can train.
std::unique_ptr<ModelConfig> preset_of(const TrainFlags& flags);

// --out, --restart and --overwrite, as every run has them.
void add_run_flags(Command& command, TrainFlags& flags);
void add_train_flags(Command& command, TrainFlags& flags);
// The flags of add_train_flags for a model that is always new.
void add_new_model_flags(Command& command, TrainFlags& flags);
// The flags of a model that is fitted without gradients: no steps, rates or optimiser.
void add_fitting_flags(Command& command, TrainFlags& flags);
// The flags of add_train_flags, with --epochs and --fresh-layers.
void add_encoder_train_flags(Command& command, TrainFlags& flags);

// Error when an option was given that has no effect together with the others.
void refuse_unused(const Command& command, const TrainFlags& flags);

// The configuration of a new model: the preset, with the changes that --model asks for, the head that the
// task needs, and the tokenizer's vocabulary. Error when the preset cannot be such a model.
std::unique_ptr<ModelConfig> configured(const TrainFlags& flags, const text::Tokenizer& tokenizer);

// The same before there is a tokenizer.
std::unique_ptr<ModelConfig> configured(const TrainFlags& flags);

// Error when an option of training by gradients was given for a model that is fitted in another way: those of
// the trainer, other than --minutes and --seed, and `further` ones. `what` says what is done instead:
// "counted".
void refuse_training(const Command& command, const TrainFlags& flags, std::string_view what,
                     const std::vector<std::string>& further = {});

// The tokenizer of a new model: the one that --tokenizer names, that of the run to continue, or one that is
// trained on `lines`.
std::unique_ptr<text::Tokenizer> choose_tokenizer(const TrainFlags& flags, const RunDirectory& run,
                                                  const text::LineSource& lines);

// Warns on stderr if much of the text is unknown to the tokenizer.
void tell_about_tokenizer(const text::Tokenizer& tokenizer, const text::LineSource& lines);

// How the model that --from names is changed before training: by the options of --model, and with the
// tokenizer of --tokenizer, or one trained on `lines` if the directory has none.
FineTuning fine_tuning(const TrainFlags& flags, const RunDirectory& run, const text::LineSource& lines);

// Begins a new model's embedding from the word vectors of --embedding, if they are given, and prints how many
// tokens are found.
void begin_embedding_of(TextModel& model, const TrainFlags& flags);

// Prints which parameters are new in a model made from another one.
void tell_what_is_new(const std::vector<std::string>& parameters, const TrainFlags& flags);

// Sets the flags' defaults to the library's usual settings for the task: tokenizer, schedule, optimiser.
void set_usual(TrainFlags& flags, const UsualSettings& usual);

// Sets the defaults for training an encoder: size, tokenizer, schedule, optimiser.
void set_encoder_defaults(TrainFlags& flags, HeadKind head);

// The task's model to train: from(tuning) loads the one in the directory of --from; make(config, tokenizer)
// makes a new one. `lines` gives the text for training.
template <class From, class Make>
auto model_to_train(const TrainFlags& flags, const RunDirectory& run, const text::LineSource& lines,
                    From&& from, Make&& make) {
  if (!flags.from.empty()) {
    auto model = warned(from(fine_tuning(flags, run, lines)));
    const TextModel& text_model = text_model_of(model);
    tell_what_is_new(text_model.missing, flags);
    tell_about_tokenizer(*text_model.tokenizer, lines);
    return model;
  }
  auto tokenizer = choose_tokenizer(flags, run, lines);
  const auto config = configured(flags, *tokenizer);
  auto model = make(*config, std::move(tokenizer));
  begin_embedding_of(text_model_of(model), flags);
  return model;
}

// For a new model that reads features or letters: takes the usual settings of its kind where the command line
// does not say otherwise.
void take_defaults_of_kind(const Command& command, TrainFlags& flags);

// Adds --dev-share: without --dev, this share of the data is held out for validation.
void add_dev_share(Command& command, TrainFlags& flags);

// Sets the trainer's steps to the number of passes over the data that --epochs gives, if it was given.
void apply_epochs(TrainFlags& flags, int64_t batches_in_epoch);

}  // namespace hodhod::cli
