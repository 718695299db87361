// SPDX-License-Identifier: Apache-2.0
// hodhod completion SHELL: prints a script that lets the shell complete command lines.
#include <memory>

#include "cli/commands.h"
#include "cli/completion.h"
#include "cli/input.h"

namespace hodhod::cli {

void add_completion(Command& program) {
  Command& command = program.add_command("completion", "Print a script that completes commands in a shell");
  auto shell = std::make_shared<Shell>(Shell::bash);
  command.add("SHELL", *shell, "The shell: bash, zsh or fish");
  command.on_run([shell, &program](const Session&) {
    print_text(completion_script(program, *shell));
    return 0;
  });
}

}  // namespace hodhod::cli
