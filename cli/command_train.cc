// SPDX-License-Identifier: Apache-2.0
// hodhod train TASK.
#include "cli/commands.h"
#include "cli/task.h"

namespace hodhod::cli {

void add_train(Command& program) {
  add_task_commands(program.add_command("train", "Train a model on your text"), &Task::train);
}

}  // namespace hodhod::cli
