// SPDX-License-Identifier: Apache-2.0
// What the tasks of `hodhod train` share: flags, tokenizer and configuration of the model.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/commands.h"
#include "cli/models.h"
#include "cli/output.h"
#include "hodhod/data/corpus.h"
#include "hodhod/models/model.h"
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

// Error when an option was given that would change nothing beside the others.
void refuse_unused(const Command& command, const TrainFlags& flags);

// The preset with the changes that --model asks for, for a model that the task needs. Error when the preset
// cannot be that.
std::unique_ptr<ModelConfig> configured(const TrainFlags& flags, int64_t vocabulary);

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

// The same for an encoder on this tokenizer's tokens.
std::unique_ptr<ModelConfig> configured_encoder(const TrainFlags& flags, const text::Tokenizer& tokenizer);

// What training an encoder begins with: size, tokenizer, schedule, optimiser.
void set_encoder_defaults(TrainFlags& flags, HeadKind head);

// A model on an encoder, of a task that says what is made: of the directory that --from names, by
// from(directory, tuning), or a new one, by make(config, tokenizer).
template <class From, class Make>
auto encoder_model(const TrainFlags& flags, const RunDirectory& run, const text::LineSource& lines,
                   From&& from, Make&& make) {
  if (!flags.from.empty()) {
    auto model = warned(from(flags.from, fine_tuning(flags, run, lines)));
    tell_what_is_new(model.encoder.missing, flags);
    tell_about_tokenizer(*model.encoder.tokenizer, lines);
    return model;
  }
  auto tokenizer = choose_tokenizer(flags, run, lines);
  const auto config = configured_encoder(flags, *tokenizer);
  return make(*config, std::move(tokenizer));
}

// --dev-share: without --dev, a share of the data is held out for validation.
void add_dev_share(Command& command, TrainFlags& flags);

// --epochs: so many passes over the data instead of --steps.
void add_epochs(Command& command, TrainFlags& flags);
// --fresh-layers: so many of the last layers of the model to start from are initialised again.
void add_fresh_layers(Command& command, TrainFlags& flags);
void apply_epochs(TrainFlags& flags, int64_t batches_in_epoch);

void add_train_translate(Command& train);
void add_train_generate(Command& train);
void add_train_classify(Command& train);
void add_train_tag(Command& train);
void add_train_fill_mask(Command& train);

}  // namespace hodhod::cli
