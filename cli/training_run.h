// SPDX-License-Identifier: Apache-2.0
// A run of `hodhod train`: its directory, what is recorded about it, and how it ends.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/training.h"
#include "hodhod/models/description.h"
#include "hodhod/tasks/text_model.h"
#include "hodhod/train/fitting.h"
#include "hodhod/train/run_directory.h"
#include "hodhod/train/trainer.h"

namespace hodhod::cli {

// What was read for an option: its files, or "-" for standard input. `text` returns the text, for input that
// cannot be read again.
struct ReadOption {
  std::string option;  // "data"
  std::vector<std::string> paths;
  std::function<std::string()> text;
};

// Whether all of these are files: "-" is standard input, and a pipe is empty once it was read.
bool can_be_read_again(const std::vector<std::string>& paths);

// The given paths, or standard input if there are none.
std::vector<std::string> or_standard_input(const std::vector<std::string>& paths);

// Error when no file is named and standard input is a terminal: nobody types a corpus.
void check_text_is_given(const std::vector<std::string>& paths);
// Error when the text that was read from these files, or from standard input, is empty.
void check_text_is_there(bool is_empty, const std::vector<std::string>& paths);

// Opens the directory of --out for a run with these options and data; the run is new or continues. Error when
// an option was given that has no effect, and as from RunDirectory.
RunDirectory begin_run(const Command& command, const TrainFlags& flags, const std::vector<ReadOption>& data);

// If there are no data for validation, prints a note with the remedy. Error if --dev was given or --patience
// needs validation.
void tell_validation(bool validates, const TrainFlags& flags,
                     std::string_view remedy = "give some with --dev or --dev-share");

// The model of a run, as it is recorded and described.
struct RunModel {
  RunModel(const TextModel& text)  // NOLINT: it is one
      : model(*text.model),
        tokenizer(text.tokenizer.get()),
        adapter(text.origin.adapter ? &*text.origin.adapter : nullptr) {}
  explicit RunModel(Model& without_tokenizer) : model(without_tokenizer) {}

  Model& model;
  const text::Tokenizer* tokenizer = nullptr;  // null: the model reads no text
  const ModelAdapter* adapter = nullptr;       // that is trained; null: the model itself is
};

struct TrainingTask {
  Trainee& trainee;
  RunModel model;                    // the trainee's
  std::string data;                  // "80 texts to train on, 20 for validation"
  std::string_view unit = "tokens";  // what the loss is summed over
  // The batch and the length of every step, where they are known before.
  std::optional<DescribeOptions> step = {};
};

// Trains, prints what is trained and the result, and returns the exit status: 0, or 128 + the signal that
// stopped the run.
int run_training(const TrainingTask& task, const TrainFlags& flags, RunDirectory& run,
                 const Session& session);

struct FittingTask {
  FittedTask fitted;
  RunModel model;
  std::string data;                 // "8640 rows to fit on"
  std::string_view unit = "units";  // what the fitting advances by
};

// The same for a model that is fitted without gradients. Of the trainer's options, `minutes` alone has a
// meaning.
int run_fitting(const FittingTask& task, const TrainFlags& flags, RunDirectory& run, const Session& session);

}  // namespace hodhod::cli
