// SPDX-License-Identifier: Apache-2.0
// The failing disk: in runs of `hodhod train`, one system call that changes a file fails, with "no space
// left" or with an input/output error. The run must say so, naming the path, or come to its end as if nothing
// had been; every checkpoint must be whole, and none lost; and the same command, on a disk that works again,
// must end with the bytes of an undisturbed run. With writes that take a few bytes at a time, it must do so
// at once.
//
//   fault_runs PROGRAM LIBRARY TEXT EVERY     every EVERYth call fails (1: each of them)
#include <fmt/core.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <thread>

#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/io/checkpoint.h"
#include "tests/kill/processes.h"

using namespace hodhod;
using namespace hodhod::kill;

namespace {

class FaultTest {
 public:
  FaultTest(TrainingCommand command, std::string library)
      : command_(std::move(command)), library_(std::move(library)) {}

  // Number of failures of the test.
  int run(int every) {
    const int calls = calls_of(whole_, "0", false);
    fmt::print("an undisturbed run changes files by {} system calls\n", calls);
    check(calls > 50, "the calls are not counted; is {} preloaded?", library_);
    expect_same("short writes", directory_ / "short", [&](const std::string& directory) {
      return run_with(directory, "1", "short", false).status;
    });
    std::atomic<int> next{1};
    std::vector<std::thread> workers;
    for (int worker = 0; worker < 2; ++worker) {
      workers.emplace_back([&] {
        for (int call = next.fetch_add(every); call <= calls; call = next.fetch_add(every))
          disturb(call, every);
      });
    }
    for (std::thread& worker : workers) worker.join();
    fmt::print("{} runs with a failing call: {} said so and stopped, {} went on; {} failures\n",
               stopped_ + went_on_, stopped_, went_on_, failures_);
    return failures_;
  }

 private:
  struct Outcome {
    int status;
    std::string output;
    std::string failed;  // name of the call that failed
  };

  Outcome run_with(const std::string& directory, const std::string& call, const std::string& reason,
                   bool always) const {
    const std::string output = directory + ".txt", count = directory + ".count";
    const int status = Process(command_.in(directory),
                               {{"LD_PRELOAD", library_},
                                {"HODHOD_FAULT_BELOW", directory + "/"},
                                {"HODHOD_FAULT_CALL", call},
                                {"HODHOD_FAULT_REASON", reason},
                                {"HODHOD_FAULT_ALWAYS", always ? "1" : "0"},
                                {"HODHOD_FAULT_COUNT", count}},
                               output)
                           .wait();
    const std::string counted = read_file(count);
    return {status, read_file(output), counted.substr(counted.find(' ') + 1)};
  }

  int calls_of(const std::string& directory, const std::string& call, bool always) const {
    const Outcome outcome = run_with(directory, call, "0", always);
    check(outcome.status == 0, "the undisturbed run failed: {}", outcome.output);
    return std::stoi(read_file(directory + ".count"));
  }

  void disturb(int call, int every) {
    // The two reasons, and a disk that recovers or does not, in turn over the calls that are tried.
    const int turn = (call - 1) / every;
    const int reason = turn % 2 == 0 ? ENOSPC : EIO;
    const bool always = turn / 2 % 2 == 1;
    const std::string directory = directory_ / fmt::format("call-{}", call);
    const Outcome outcome = run_with(directory, std::to_string(call), std::to_string(reason), always);
    const std::string what =
        fmt::format("call {} ({}): ", call, outcome.failed.substr(0, outcome.failed.size() - 1));
    if (outcome.status == 0) {
      ++went_on_;
    } else {
      ++stopped_;
      if (outcome.status != 1) fail_test(what + fmt::format("status {}: {}", outcome.status, outcome.output));
      if (outcome.output.find(directory) == std::string::npos)
        fail_test(what + "names no path: " + outcome.output);
    }
    for (const std::string& problem : CheckpointStore(directory + "/training").find().problems) {
      fail_test(what + "a damaged checkpoint: " + problem);
    }
    expect_same(what, directory, [&](const std::string& same) {
      const std::string output = same + ".txt";
      return Process(command_.in(same), {}, output).wait();
    });
    remove_tree(directory);
  }

  template <class Run>
  void expect_same(const std::string& what, const std::string& directory, const Run& run) {
    const int status = run(directory);
    if (status != 0) {
      fail_test(what + ": " + read_file(directory + ".txt"));
      return;
    }
    const std::string found = difference(directory, whole_);
    if (!found.empty()) fail_test(what + "ends otherwise: " + found);
  }

  void fail_test(const std::string& message) {
    const std::lock_guard lock(mutex_);
    ++failures_;
    fmt::print("  {}\n", message);
  }

  TrainingCommand command_;
  std::string library_;
  TemporaryDirectory directory_;
  std::string whole_ = directory_ / "whole";
  std::mutex mutex_;
  std::atomic<int> stopped_{0}, went_on_{0};
  int failures_ = 0;
};

}  // namespace

int main(int count, char** arguments) {
  if (count != 5) {
    fmt::print(stderr, "usage: fault_runs PROGRAM LIBRARY TEXT EVERY\n");
    return 2;
  }
  try {
    const TrainingCommand command{
        .program = arguments[1], .text = arguments[3], .steps = 8, .validate_every = 4, .save_every = 2};
    return FaultTest(command, arguments[2]).run(std::stoi(arguments[4])) == 0 ? 0 : 1;
  } catch (const std::exception& error) {
    fmt::print("{}\n", error.what());
    return 1;
  }
}
