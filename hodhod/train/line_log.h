// SPDX-License-Identifier: Apache-2.0
// A file of JSON objects, one a line, each with the step of training that it tells of, in their order.
#pragma once

#include <cstdint>
#include <fstream>
#include <string>

#include "hodhod/base/json.h"

namespace hodhod {

class LineLog {
 public:
  // Goes on after `step`. Lines of later steps, left by a run that was cut off, are dropped, and those of a
  // validation at this step unless it is known (`validated`), since it will be done again: lines with
  // "validation.NAME", with samples, or with the mark "best". Lines that this program did not write stay.
  LineLog(std::string path, int64_t step, bool validated);

  // Adds {"step": step, …members}. A reader sees the line immediately. Error if it cannot be written.
  void add(int64_t step, const Json& members);
  void flush();

 private:
  std::string path_;
  std::ofstream file_;
};

}  // namespace hodhod
