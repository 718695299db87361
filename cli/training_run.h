// SPDX-License-Identifier: Apache-2.0
// A run of `hodhod train`: the directory it takes, what is stored of it, and how it ends.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/training.h"
#include "hodhod/tasks/text_model.h"
#include "hodhod/train/run_directory.h"
#include "hodhod/train/trainer.h"

namespace hodhod::cli {

// What was read for an option: its files, or "-". `text` gives what was read, for those that cannot be read
// again.
struct ReadOption {
  std::string option;  // "data"
  std::vector<std::string> paths;
  std::function<std::string()> text;
};

// The files that were named, or standard input.
std::vector<std::string> or_standard_input(const std::vector<std::string>& paths);

// Takes --out for a run of these options on these data, and says on stderr what there is to say. Error when
// an option was given that would change nothing, and as RunDirectory has it.
RunDirectory begin_run(const Command& command, const TrainFlags& flags, const std::vector<ReadOption>& data);

// Where there are no data for validation: says so, and what to do about it. Error when they were promised by
// --dev, or when --patience waits for them.
void tell_validation(bool validates, const TrainFlags& flags,
                     std::string_view remedy = "give some with --dev or --dev-share");

struct TrainingTask {
  Trainee& trainee;
  const TextModel& model;            // the trainee's
  std::string data;                  // "80 texts to train on, 20 for validation"
  std::string_view unit = "tokens";  // what the loss is summed over
};

// Trains, says what and how it went, and gives the exit status: 0, or 128 + the signal that stopped it.
int run_training(const TrainingTask& task, const TrainFlags& flags, RunDirectory& run,
                 const Session& session);

}  // namespace hodhod::cli
