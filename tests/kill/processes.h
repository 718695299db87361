// SPDX-License-Identifier: Apache-2.0
// Runs of the program for tests that disturb them.
#pragma once

#include <sys/types.h>

#include <string>
#include <utility>
#include <vector>

namespace hodhod::kill {

// A run of the program, its output in a file.
class Process {
 public:
  using Environment = std::vector<std::pair<std::string, std::string>>;
  Process(const std::vector<std::string>& command, const Environment& environment, const std::string& output);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  // Waits for its end, or for `seconds` and kills it then. Gives its exit status, or −9 when it was killed.
  int wait();
  int wait_or_kill(double seconds);

 private:
  int reap(int options);

  pid_t id_;
  bool running_ = true;
  int status_ = 0;
};

// Seconds on a clock that only goes forward.
double now();

// A small run of `hodhod train generate`: the command, without the directory it trains in.
struct TrainingCommand {
  std::string program, text;
  int steps = 0, validate_every = 0, save_every = 0;
  std::string preset = "gpt-tiny";
  std::vector<std::string> model = {"width=32", "heads=2", "decoder_layers=2", "feed_forward=64"};

  std::vector<std::string> in(const std::string& directory, int threads = 1) const;
};

// All that a finished run leaves and that its options decide: file by file, numbers of time taken out.
// Unequal texts mean unequal runs.
std::vector<std::pair<std::string, std::string>> remains_of(const std::string& directory);
// Where two runs differ, or nothing.
std::string difference(const std::string& directory, const std::string& other);

}  // namespace hodhod::kill
