// SPDX-License-Identifier: Apache-2.0
// What the tasks' parts of `hodhod evaluate` share.
#pragma once

#include <string>
#include <vector>

#include "cli/arguments.h"
#include "hodhod/base/json.h"

namespace hodhod::cli {

inline constexpr const char* kLabelledGroup = "Labelled texts";

struct EvaluateFlags {
  std::string directory;
  std::vector<std::string> data;
  bool json = false;
};

// DIR and --json.
void add_evaluate_flags(Command& command, EvaluateFlags& flags);
// The same and --data; `what` it takes, with the model: "labelled texts for a classifier".
void add_evaluate_flags(Command& command, EvaluateFlags& flags, std::string what);

// Error without --data.
void check_data(const EvaluateFlags& flags);

// Prints `values` as a line of JSON, or `text`.
void report(const EvaluateFlags& flags, const Json& values, const std::string& text);

}  // namespace hodhod::cli
