// SPDX-License-Identifier: Apache-2.0
// The tasks of the program: what `hodhod train NAME`, `hodhod NAME` and `hodhod evaluate` do for each.
//
// A new task consists of its own files, with a function NAME_task() that returns its row, and its name in
// tasks.cc.
#pragma once

#include <span>
#include <string>

#include "cli/arguments.h"
#include "hodhod/models/model_config.h"

namespace hodhod::cli {

struct Task {
  // A subcommand with the task's name.
  struct Use {
    std::string help;
    void (*declare)(Command& command) = nullptr;  // null: there is none
  };

  std::string name;   // "classify"
  std::string model;  // what errors call the model to evaluate: "a classifier"
  // Whether `evaluate` uses this task for a model with this configuration. Null: only if it is asked for.
  bool (*is_for)(const ModelConfig& config) = nullptr;
  // The switch of `evaluate` that asks for this task, whatever the model is for; empty: there is none.
  std::string asked_by = {};
  // The option of `evaluate` that tells this task from an earlier one for the same models; empty: there is
  // none.
  std::string told_by = {};
  Use train = {};
  Use predict;
  // Declares what `evaluate` takes for this task, including DIR and --json (evaluate.h), and how it runs.
  void (*declare_evaluate)(Command& evaluate);
};

// All tasks, in the order in which the help lists them.
std::span<const Task> tasks();

// Adds a subcommand for each task that has this use: &Task::train or &Task::predict.
void add_task_commands(Command& parent, Task::Use Task::*use);

}  // namespace hodhod::cli
