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
  std::vector<std::string> words;  // as they would be given
  std::string place;               // "run.toml:3"
};

// The entries of the file for the last command of a path from the program down: those of its section, and
// those before any section. Sections of other commands are left alone. An Error names the line, and suggests
// known names for an unknown one.
std::vector<ConfigEntry> read_config(const std::string& file, const std::vector<Command*>& path);

// A file for the same command: the given options, and as comments the help of all options and the values of
// those that were not given.
std::string config_text(const std::vector<Command*>& path);

}  // namespace hodhod::cli
