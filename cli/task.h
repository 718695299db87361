// SPDX-License-Identifier: Apache-2.0
// The tasks of the program: what `hodhod train NAME`, `hodhod NAME` and `hodhod evaluate` do for each.
//
// A new task is files of its own, with a function that gives its row, and a line in tasks.cc:
//
//   const Task& shout_task() {
//     static constexpr Task kTask = {
//         .name = "shout",
//         .model = "a model that shouts",
//         .is_for = [](const ModelConfig& config) { return config.head.kind == HeadKind::classifier; },
//         .train = {"Train a model that shouts", declare_train_shout},
//         .predict = {"Shout", declare_shout},
//         .declare_evaluate = declare_evaluate_shout};
//     return kTask;
//   }
#pragma once

#include <span>
#include <string_view>

#include "cli/arguments.h"
#include "hodhod/models/model_config.h"

namespace hodhod::cli {

struct Task {
  // A subcommand that bears the task's name.
  struct Use {
    std::string_view help;
    void (*declare)(Command& command);  // null: there is none
  };

  std::string_view name;   // "classify"
  std::string_view model;  // what is evaluated, as errors call it: "a classifier"
  // Whether `evaluate` scores a model with this configuration by this task; null: only when it is asked for.
  bool (*is_for)(const ModelConfig& config) = nullptr;
  // The switch of `evaluate` that asks for it, whatever the model is for.
  std::string_view asked_by = {};
  Use train = {};
  Use predict;
  // Declares what `evaluate` takes for it, DIR and --json included (evaluate.h), and how it is run.
  void (*declare_evaluate)(Command& evaluate);
};

// In the order in which the help lists them.
std::span<const Task* const> tasks();

// Adds the subcommands of one use, &Task::train or &Task::predict, of all tasks that have it.
void add_task_commands(Command& parent, Task::Use Task::*use);

}  // namespace hodhod::cli
