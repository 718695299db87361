// SPDX-License-Identifier: Apache-2.0
// Conversations on the command line: `hodhod generate DIR --chat`.
#pragma once

#include <string>
#include <vector>

#include "cli/arguments.h"
#include "hodhod/decode/options.h"
#include "hodhod/tasks/generate.h"

namespace hodhod::cli {

struct ChatFlags {
  bool on = false;
  std::string system, messages, date;
  std::vector<std::string> variables;  // NAME=VALUE
};

void add_chat(Command& command, ChatFlags& flags);

// Answers each of the texts in turn, as one conversation; with none, the lines of standard input, each of
// which is what the user says. On a terminal it asks for them; /reset begins again. `json`: an object for
// each answer.
int run_chat(const TextGenerator& generator, const std::string& directory, const ChatFlags& flags,
             const std::vector<std::string>& texts, const DecodeOptions& decode, bool json);

}  // namespace hodhod::cli
