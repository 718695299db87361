// SPDX-License-Identifier: Apache-2.0
// Reads the part of TOML (toml.io, 1.0) that settings need: comments, [SECTION], and KEY = VALUE. A value is
// a quoted string, a number, true, false, or a list of these. Anything else (tables in a value, dates,
// strings over several lines) is an Error.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hodhod::cli {

struct TomlEntry {
  std::string section, key;              // "train.generate", "steps"
  std::vector<std::string> values = {};  // one, unless it is a list
  bool is_list = false;
  std::string place = {};  // "run.toml:3"
};

// The entries in order. An Error names the line, "NAME:LINE".
std::vector<TomlEntry> read_toml(std::string_view text, const std::string& name);

}  // namespace hodhod::cli
