// SPDX-License-Identifier: Apache-2.0
// DIRECTORY/metrics.jsonl: lines of named numbers, one for a step, in the order of training. The same numbers
// go to an event file for TensorBoard in DIRECTORY/training.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "hodhod/io/tensorboard.h"
#include "hodhod/train/line_log.h"

namespace hodhod {

class MetricsLog {
 public:
  // Goes on after `step`, as LineLog does.
  MetricsLog(const std::string& directory, int64_t step, bool validated);

  // Numbers that are not finite become null.
  void add(int64_t step, const std::vector<std::pair<std::string, double>>& values);
  void flush() { lines_.flush(); }

 private:
  LineLog lines_;
  EventWriter events_;
};

}  // namespace hodhod
