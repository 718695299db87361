// SPDX-License-Identifier: Apache-2.0
// The text of --help.
#pragma once

#include <string>
#include <vector>

#include "cli/arguments.h"

namespace hodhod::cli {

// The help of the last command in a path from the program down.
std::string help_text(const std::vector<Command*>& path);

}  // namespace hodhod::cli
