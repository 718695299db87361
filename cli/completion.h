// SPDX-License-Identifier: Apache-2.0
// Scripts that let a shell complete commands, options and their values.
#pragma once

#include <string>

#include "cli/arguments.h"

namespace hodhod::cli {

enum class Shell { bash, zsh, fish };
constexpr std::array<std::string_view, 3> names_of(Shell) { return {"bash", "zsh", "fish"}; }

// A script for the shell, generated from the declarations of the commands.
std::string completion_script(const Command& program, Shell shell);

}  // namespace hodhod::cli
