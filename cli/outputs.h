// SPDX-License-Identifier: Apache-2.0
// The files that a command writes, and what they must not replace. There is one rule for all commands
// (docs/command_line.md): no output is something that the command reads, lies in the directory of a model
// that it reads, or is another output too. A file that exists is replaced with --overwrite alone. A page is
// the exception: it may replace a page that this program wrote.
#pragma once

#include <string>
#include <vector>

#include "cli/arguments.h"

namespace hodhod::cli {

struct Output {
  std::string option, path;  // an empty path: none
  bool page = false;
};

struct Inputs {
  std::vector<std::string> files;        // "-" is standard input
  std::vector<std::string> directories;  // of models
};

// Error, before anything is written, when an output breaks the rule. Pipes and devices may be written to
// whenever they are there.
void check_outputs(const std::vector<Output>& outputs, const Inputs& inputs, bool overwrite);

// Adds --overwrite, for files.
void add_overwrite(Command& command, bool& overwrite);

// Error when the directory has a model and --overwrite is not given.
void check_replaced_model(const std::string& option, const std::string& directory, bool overwrite);

}  // namespace hodhod::cli
