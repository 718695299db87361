// SPDX-License-Identifier: Apache-2.0
// The output of commands: a line for each line that they read, JSON, and notes on standard error.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hodhod/base/json.h"
#include "hodhod/data/corpus.h"

namespace hodhod::cli {

// The value on one line, with a line break.
inline std::string json_line(const Json& value) { return format_json(value, -1) + "\n"; }

// The text on one line: each line break (any of Unicode's; CR LF counts as one) becomes a space.
std::string one_line(std::string_view text);

// The words as a line for a shell, quoted where needed.
std::string shell_line(const std::vector<std::string>& words);

// A message of the library with options written as on the command line. The library names them in backquotes:
// `skip_bad`, `schedule.rate`, `header no`. They become --skip-bad, --schedule-rate, --header no.
std::string with_dashes(std::string_view message);

// Prints each note on standard error, as "note: …".
void tell(const std::vector<std::string>& notes);
// Prints on standard error how many bad lines were skipped, if any.
void tell_bad_lines(const BadLines& bad);
// Returns the data after printing how they were read: notes, and how many lines were skipped.
template <class Data>
Data told(Data data) {
  tell(data.notes);
  tell_bad_lines(data.bad);
  return data;
}

}  // namespace hodhod::cli
