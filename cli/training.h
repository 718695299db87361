// SPDX-License-Identifier: Apache-2.0
// What the tasks of `hodhod train` share: flags, tokenizer and configuration of the model.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/arguments.h"
#include "cli/models.h"
#include "hodhod/models/model_config.h"
#include "hodhod/tasks/new_model.h"
#include "hodhod/tasks/task_tokenizer.h"
#include "hodhod/tasks/text_model.h"
#include "hodhod/train/run_directory.h"
#include "hodhod/train/trainer.h"

namespace hodhod::cli {

struct TrainFlags {
  std::string out;         // the model's directory
  bool restart = false;    // forget the run that is there
  bool overwrite = false;  // replace a model that is there
  std::string from;        // a model to start from
  std::string preset;
  HeadKind head = HeadKind::language_model;  // what the task needs of a model
  bool reads_source = false;
  std::string tokenizer_path;              // one that exists
  std::vector<std::string> model_options;  // NAME=VALUE
  TaskTokenizerOptions tokenizer;
  TrainerOptions trainer;
  bool profile = false;
  std::optional<double> epochs;  // none: as the trainer's steps say
  int64_t fresh_layers = 0;
  std::vector<std::string> data, dev;
  double dev_share = 0;
};

void add_train_flags(Command& command, TrainFlags& flags);
// The same, with --epochs and --fresh-layers.
void add_encoder_train_flags(Command& command, TrainFlags& flags);

// Error when an option was given that would change nothing beside the others.
void refuse_unused(const Command& command, const TrainFlags& flags);

// The preset with the changes that --model asks for, for a model that the task needs, on the tokenizer's
// tokens. Error when the preset cannot be that.
std::unique_ptr<ModelConfig> configured(const TrainFlags& flags, const text::Tokenizer& tokenizer);

// The tokenizer of a new model: the one that --tokenizer names, that of the run to continue, or a new one.
std::unique_ptr<text::Tokenizer> choose_tokenizer(const TrainFlags& flags, const RunDirectory& run,
                                                  const text::LineSource& lines);

// Warns on stderr where much of the text is unknown to the tokenizer.
void tell_about_tokenizer(const text::Tokenizer& tokenizer, const text::LineSource& lines);

// How the model that --from names is to be changed: by --model, with --tokenizer, or with a tokenizer trained
// on `lines` where the directory has none.
FineTuning fine_tuning(const TrainFlags& flags, const RunDirectory& run, const text::LineSource& lines);

// Says which parameters of a model to start from are new.
void tell_what_is_new(const std::vector<std::string>& parameters, const TrainFlags& flags);

// Begins with what the task's library uses: tokenizer, schedule, optimiser.
void set_usual(TrainFlags& flags, const UsualSettings& usual);

// What training an encoder begins with: size, tokenizer, schedule, optimiser.
void set_encoder_defaults(TrainFlags& flags, HeadKind head);

// The task's model to train: that of the directory of --from, by from(tuning), or a new one, by
// make(config, tokenizer). `lines` gives the text for training.
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
  return make(*config, std::move(tokenizer));
}

// --dev-share: without --dev, a share of the data is held out for validation.
void add_dev_share(Command& command, TrainFlags& flags);

// Sets the steps of so many passes over the data, if --epochs was given.
void apply_epochs(TrainFlags& flags, int64_t batches_in_epoch);

}  // namespace hodhod::cli
