// SPDX-License-Identifier: Apache-2.0
// What commands print: a line for each line that they read, JSON, and notes on standard error.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hodhod/base/json.h"
#include "hodhod/data/corpus.h"

namespace hodhod::cli {

// The value on one line, with its end.
inline std::string json_line(const Json& value) { return format_json(value, -1) + "\n"; }

// The text with a blank for every end of a line in it (those of Unicode, CR LF as one), so that it is one
// line for whoever reads it.
std::string one_line(std::string_view text);

// A message of the library as the command line has it: the options that the library names in backquotes
// (`skip_bad`, `schedule.rate`, `header no`) with dashes (--skip-bad, --schedule-rate, --header no).
std::string with_dashes(std::string_view message);

// Prints each on standard error, as "note: …".
void tell(const std::vector<std::string>& notes);
// Says there how many bad lines were skipped, if any.
void tell_bad_lines(const BadLines& bad);

}  // namespace hodhod::cli
