// SPDX-License-Identifier: Apache-2.0
// DIRECTORY/metrics.jsonl: lines of named numbers, one for a step, in the order of training. The same numbers
// go to an event file for TensorBoard in DIRECTORY/training.
#pragma once

#include <cstdint>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "hodhod/io/tensorboard.h"

namespace hodhod {

class MetricsLog {
 public:
  // Goes on after `step`. Lines of later steps, left by a run that was cut off, are dropped. Lines that this
  // program did not write stay.
  MetricsLog(const std::string& directory, int64_t step);

  void add(int64_t step, const std::vector<std::pair<std::string, double>>& values);
  void flush();

 private:
  std::string path_;
  std::ofstream file_;
  EventWriter events_;
};

}  // namespace hodhod
