// SPDX-License-Identifier: Apache-2.0
// Files that hold what a command line would: --config reads them, --print-config writes them.
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

// What a file says of an argument.
struct ConfigEntry {
  const Argument* argument;
  std::vector<std::string> words;  // as they would be given
  std::string place;               // "run.toml:3"
};

// The entries of the file for the last command of a path from the program down: those of its section, and
// those before any section. Sections of other commands are left alone. An Error names the line, and what may
// have been meant by a name that is not known.
std::vector<ConfigEntry> read_config(const std::string& file, const std::vector<Command*>& path);

// A file that makes the same command again: what was given, and as comments the help of everything and the
// values that were not given.
std::string config_text(const std::vector<Command*>& path);

}  // namespace hodhod::cli
