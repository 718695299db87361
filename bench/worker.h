// SPDX-License-Identifier: Apache-2.0
// A child process that times steps on request: both sides of a comparison are one, so that each has its own
// memory and neither's threads are in the other's way while it waits.
#pragma once

#include <cstdio>
#include <functional>
#include <string>
#include <vector>

namespace hodhod::bench {

class Worker {
 public:
  // Starts `command`; it answers `step` with a line of numbers, the first being seconds, and `quit` with its
  // peak resident memory in MiB.
  explicit Worker(const std::vector<std::string>& command);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // The line it printed when it was ready.
  const std::string& greeting() const { return greeting_; }
  // The numbers it answers one step with.
  std::vector<double> step();
  // Ends it; its peak resident memory in MiB.
  double quit();

 private:
  std::string read_line();

  int pid_ = -1;
  std::FILE* to_ = nullptr;
  std::FILE* from_ = nullptr;
  std::string greeting_;
};

// Serves the other end of the pipe: calls `step` for every request.
// step() returns {seconds, …}.
void serve_steps(const std::string& greeting, const std::function<std::vector<double>()>& step);

double median(std::vector<double> values);
// Peak resident memory of this process in MiB.
double peak_memory();
// Seconds of a steady clock.
double now();

}  // namespace hodhod::bench
