// SPDX-License-Identifier: Apache-2.0
// The part of TOML (toml.io, 1.0) that settings need: comments, [SECTION], and KEY = VALUE, where a value is
// a text in quotes, a number, true or false, or a list of these. Other parts (tables in a value, dates, texts
// over several lines) are Errors.
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

// The entries in their order. An Error names the line.
std::vector<TomlEntry> read_toml(std::string_view text, const std::string& name);

}  // namespace hodhod::cli
