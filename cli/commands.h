// SPDX-License-Identifier: Apache-2.0
// The commands that belong to no single task: each `command_*.cc` adds its own to the program, and main.cc
// lists them. Those of the tasks are in task.h.
#pragma once

#include "cli/arguments.h"

namespace hodhod::cli {

void add_train(Command& program);
void add_evaluate(Command& program);
void add_score(Command& program);
void add_describe(Command& program);
void add_tokenize(Command& program);
void add_completion(Command& program);

}  // namespace hodhod::cli
