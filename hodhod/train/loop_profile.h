// SPDX-License-Identifier: Apache-2.0
// Where the time of a training loop goes.
#pragma once

#include <string>

namespace hodhod {

// Seconds on a clock that only goes forward.
double steady_now();

// Adds the seconds of its life to a total.
class Stopwatch {
 public:
  explicit Stopwatch(double& total) : total_(total), start_(steady_now()) {}
  ~Stopwatch() { total_ += steady_now() - start_; }
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;

 private:
  double& total_;
  double start_;
};

// Seconds spent in each part of the loop. Those of `logging` are part of `update`.
struct LoopProfile {
  double forward = 0, backward = 0, update = 0, data = 0, validation = 0, saving = 0, logging = 0;

  double work() const { return forward + backward + update; }
  // A line for each part, and one for the rest of `seconds`.
  std::string table(double seconds) const;
};

}  // namespace hodhod
