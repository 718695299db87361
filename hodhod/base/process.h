// SPDX-License-Identifier: Apache-2.0
// Another program, run to its end.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace hodhod {

struct ProcessEnd {
  int status = 0;  // its exit status, or 128 + the signal that ended it
  double processor_seconds = 0;
  uint64_t peak_memory = 0;  // bytes; looked at every few milliseconds, and therefore not of its last moment
};

// The path of this program.
std::string own_program();

// Runs words[0] with the other words as its arguments, and waits for its end. Its input and output are those
// of this process. A signal that StopSignals has caught is passed on once, so that both can end in order; a
// terminal sends it to this process alone. If this process dies, the other is asked to stop. Error when it
// cannot be run.
ProcessEnd run_process(const std::vector<std::string>& words);

}  // namespace hodhod
