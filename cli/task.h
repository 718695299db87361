// SPDX-License-Identifier: Apache-2.0
// The tasks of the program: what `hodhod train NAME`, `hodhod NAME` and `hodhod evaluate` do for each.
//
// A new task is files of its own, with a function NAME_task() that gives its row, and its name in tasks.cc.
#pragma once

#include <span>
#include <string>

#include "cli/arguments.h"
#include "hodhod/models/model_config.h"

namespace hodhod::cli {

struct Task {
  // A subcommand that bears the task's name.
  struct Use {
    std::string help;
    void (*declare)(Command& command) = nullptr;  // null: there is none
  };

  std::string name;   // "classify"
  std::string model;  // what is evaluated, as errors call it: "a classifier"
  // Whether `evaluate` scores a model with this configuration by this task; null: only when it is asked for.
  bool (*is_for)(const ModelConfig& config) = nullptr;
  // The switch of `evaluate` that asks for it, whatever the model is for.
  std::string asked_by = {};
  Use train = {};
  Use predict;
  // Declares what `evaluate` takes for it, DIR and --json included (evaluate.h), and how it is run.
  void (*declare_evaluate)(Command& evaluate);
};

// In the order in which the help lists them.
std::span<const Task> tasks();

// Adds the subcommands of one use, &Task::train or &Task::predict, of all tasks that have it.
void add_task_commands(Command& parent, Task::Use Task::*use);

}  // namespace hodhod::cli
