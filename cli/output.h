// SPDX-License-Identifier: Apache-2.0
// The output of commands: one line for each line that they read, JSON, and notes on standard error.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hodhod/base/json.h"
#include "hodhod/data/corpus.h"

namespace hodhod::cli {

// The value on one line, with its end.
inline std::string json_line(const Json& value) { return format_json(value, -1) + "\n"; }

// The text on one line: every line break in it (those of Unicode, CR LF as one) becomes a space.
std::string one_line(std::string_view text);

// A message of the library with the options as on the command line: those that the library names in
// backquotes (`skip_bad`, `schedule.rate`, `header no`) get dashes (--skip-bad, --schedule-rate, --header
// no).
std::string with_dashes(std::string_view message);

// Prints each on standard error, as "note: …".
void tell(const std::vector<std::string>& notes);
// Prints there how many bad lines were skipped, if any.
void tell_bad_lines(const BadLines& bad);
// The data, after saying how they were read: what was taken for granted, and which lines were skipped.
template <class Data>
Data told(Data data) {
  tell(data.notes);
  tell_bad_lines(data.bad);
  return data;
}

}  // namespace hodhod::cli
