// SPDX-License-Identifier: Apache-2.0
// The commands that do not belong to a single task. Each function adds its command to the program and is
// defined in the file `command_*.cc`; main.cc calls them all. The commands of tasks are in task.h.
#pragma once

#include "cli/arguments.h"

namespace hodhod::cli {

void add_train(Command& program);
void add_evaluate(Command& program);
void add_ladder(Command& program);
void add_near(Command& program);
void add_analogy(Command& program);
void add_score(Command& program);
void add_describe(Command& program);
void add_look(Command& program);
void add_watch(Command& program);
void add_tokenize(Command& program);
void add_convert(Command& program);
void add_completion(Command& program);

}  // namespace hodhod::cli
