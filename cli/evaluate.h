// SPDX-License-Identifier: Apache-2.0
// What the tasks share in `hodhod evaluate`.
#pragma once

#include <string>
#include <vector>

#include "cli/arguments.h"
#include "cli/models.h"
#include "hodhod/base/json.h"

namespace hodhod::cli {

inline constexpr const char* kLabelledGroup = "Labelled texts";

struct EvaluateFlags {
  ModelArguments model;
  std::vector<std::string> data;
  bool json = false;
};

// Adds DIR and --json.
void add_evaluate_flags(Command& command, EvaluateFlags& flags);
// The same, and --data. `what` describes the data: "Texts with labels".
void add_evaluate_flags(Command& command, EvaluateFlags& flags, std::string what);

// Error when --data was not given.
void check_data(const EvaluateFlags& flags);

// Prints `values` as a line of JSON if --json was given, otherwise `text`.
void report(const EvaluateFlags& flags, const Json& values, const std::string& text);

}  // namespace hodhod::cli
