// SPDX-License-Identifier: Apache-2.0
// How a run stands, for a terminal and as JSON.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "hodhod/base/json.h"
#include "hodhod/watch/run_history.h"

namespace hodhod {

struct RunSummary {
  std::string name;
  RunState state = RunState::unknown;
  int64_t step = 0, steps = 0;                               // the last one told of; planned, 0: unknown
  int64_t recorded = 0;                                      // the last step that has numbers
  std::optional<double> seconds = {}, seconds_left = {};     // of training, up to `step` or to `recorded`
  bool seconds_to_end = true;                                // up to `step`
  std::optional<double> items_per_second = {};               // as last measured
  std::vector<std::pair<std::string, double>> last = {};     // the newest of each number, by name
  std::optional<std::pair<int64_t, std::string>> best = {};  // step and score of the best validation
  int64_t skipped = 0, resumed = 0;                          // updates; times
  std::vector<std::string> problems = {};                    // sentences about what could not be read
};

RunSummary summary_of(const RunHistory& run, const std::string& name);

// Lines that say it, with a small chart of the loss (of validation: ○), or of the first number there is.
std::string summary_text(const RunHistory& run, const RunSummary& summary);
Json summary_json(const RunSummary& summary);

}  // namespace hodhod
