// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "cli/task.h"

// The tasks in the order of the help. NAME_task() is defined in command_NAME.cc.
#define HODHOD_TASKS(row)                                                                               \
  row(translate) row(summarize) row(generate) row(classify) row(tag) row(answer) row(embed) row(topics) \
      row(fill_mask) row(forecast)

namespace hodhod::cli {

#define HODHOD_DECLARE(name) Task name##_task();
HODHOD_TASKS(HODHOD_DECLARE)
#undef HODHOD_DECLARE

std::span<const Task> tasks() {
#define HODHOD_ROW(name) name##_task(),
  static const std::array kAll = {HODHOD_TASKS(HODHOD_ROW)};
#undef HODHOD_ROW
  return kAll;
}

void add_task_commands(Command& parent, Task::Use Task::*use) {
  for (const Task& task : tasks()) {
    const auto& [help, declare] = task.*use;
    if (declare != nullptr) declare(parent.add_command(task.name, help));
  }
}

}  // namespace hodhod::cli
