// SPDX-License-Identifier: Apache-2.0
#include "cli/evaluate.h"

#include "cli/input.h"
#include "cli/output.h"
#include "hodhod/base/error.h"

namespace hodhod::cli {

void add_evaluate_flags(Command& command, EvaluateFlags& flags) {
  add_model_arguments(command, flags.model);
  command.add("--json", flags.json, "Print a JSON object");
}

void add_evaluate_flags(Command& command, EvaluateFlags& flags, std::string what) {
  add_evaluate_flags(command, flags);
  command.add("--data", flags.data, std::move(what)).called("FILE");
}

void check_data(const EvaluateFlags& flags) {
  check(!flags.data.empty(), "evaluate: there is no data; give a file with --data");
}

void report(const EvaluateFlags& flags, const Json& values, const std::string& text) {
  print_text(flags.json ? json_line(values) : text + "\n");
}

}  // namespace hodhod::cli
