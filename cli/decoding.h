// SPDX-License-Identifier: Apache-2.0
// Decoding options of the commands that generate text.
#pragma once

#include <string>

#include "cli/arguments.h"
#include "hodhod/decode/options.h"

namespace hodhod::cli {

// Adds the decoding options to a command.
void add_decoding(Command& command, DecodeOptions& options);

// Sets options that were not given to the settings of the model in `directory`, and prints warnings about
// settings that are not supported. If one of the two length limits is given, neither limit is taken from the
// model.
void read_decoding(const Command& command, const std::string& directory, DecodeOptions& options);

}  // namespace hodhod::cli
