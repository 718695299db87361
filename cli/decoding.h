// SPDX-License-Identifier: Apache-2.0
// Decoding options of the commands that generate text.
#pragma once

#include <string>
#include <string_view>

#include "cli/arguments.h"
#include "hodhod/decode/options.h"
#include "hodhod/models/directory.h"

namespace hodhod::cli {

// Adds the decoding options to a command.
void add_decoding(Command& command, DecodeOptions& options);

// Sets options that were not given to the settings of the model, and prints warnings about
// settings that are not supported. If one of the two length limits is given, neither limit is taken from the
// model.
//
// `task` is its name in task_specific_params of config.json, whose settings count too; empty: none do.
void read_decoding(const Command& command, const ModelPath& path, DecodeOptions& options,
                   std::string_view task = {});

}  // namespace hodhod::cli
