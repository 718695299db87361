// SPDX-License-Identifier: Apache-2.0
// Being asked to stop: SIGINT (Ctrl-C) and SIGTERM set a flag that long work looks at between its steps.
#pragma once

namespace hodhod {

// While one lives, the first SIGINT or SIGTERM only sets the flag; a second one ends the process at once.
class StopSignals {
 public:
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;
};

// The signal that asked this process to stop, or 0. The exit status for it is 128 + the signal.
int stop_signal();
inline bool stop_requested() { return stop_signal() != 0; }

}  // namespace hodhod
