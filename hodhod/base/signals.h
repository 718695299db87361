// SPDX-License-Identifier: Apache-2.0
// Requests to stop: SIGINT (Ctrl-C), SIGTERM and SIGHUP (the terminal was closed) set a flag that long work
// checks between its steps.
#pragma once

namespace hodhod {

// While such an object exists, the first of these signals only sets the flag. A second SIGINT or SIGTERM ends
// the process at once; a second SIGHUP does nothing, as a closing terminal may send several. A process that
// was started to ignore SIGHUP (nohup) goes on ignoring it.
class StopSignals {
 public:
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

 private:
  bool heeds_hangup_;
};

// The signal that asked this process to stop, or 0. The exit status for it is 128 + the signal.
int stop_signal();
inline bool stop_requested() { return stop_signal() != 0; }

}  // namespace hodhod
