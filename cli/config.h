// SPDX-License-Identifier: Apache-2.0
// Option files: --config reads them, --print-config writes them.
//
//   threads = 2
//   [train.generate]
//   data = ["poems.txt"]
//   steps = 1000
#pragma once

#include <string>
#include <vector>

#include "cli/arguments.h"

namespace hodhod::cli {

// A value for an option in a file.
struct ConfigEntry {
  const Argument* argument;
  std::vector<std::string> words;  // as on the command line
  std::string place;               // "run.toml:3"
};

// The entries of the file for a command, the last one in a path from the program down: those in its section,
// and those before any section. Sections of other commands are ignored. An Error names the line and, if a
// name is unknown, suggests known ones.
std::vector<ConfigEntry> read_config(const std::string& file, const std::vector<Command*>& path);

// The text of a file for the command: the options that were given and, as comments, the help of all options
// and the values of those that were not given.
std::string config_text(const std::vector<Command*>& path);

}  // namespace hodhod::cli
