// SPDX-License-Identifier: Apache-2.0
// The options of decoding, of the commands that write text with a model.
#pragma once

#include <string>

#include "cli/arguments.h"
#include "hodhod/decode/options.h"

namespace hodhod::cli {

// Adds them to a command.
void add_decoding(Command& command, DecodeOptions& options);

// Sets those options that `command` was not given to what the model in `directory` asks for, and prints what
// of that is not done. Of the two limits of a length, one that is given replaces both of the model's.
void read_decoding(const Command& command, const std::string& directory, DecodeOptions& options);

}  // namespace hodhod::cli
