// SPDX-License-Identifier: Apache-2.0
// The kill test: runs of `hodhod train` are ended by SIGKILL, at random moments and at every named point
// inside a save, and then continued by the same command. What they end with must have the bytes of a run that
// nothing disturbed, and no checkpoint may be lost on the way.
//
//   kill_runs PROGRAM TEXT KILLS              exit status 0: nothing was ever lost
//   kill_runs PROGRAM TEXT KILLS --recurrent  of a network that carries its state from batch to batch
//   kill_runs PROGRAM TEXT KILLS --control    of a program that writes in place: 0 when something was lost
#include <fmt/core.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <thread>

#include "hodhod/base/error.h"
#include "hodhod/base/failpoint.h"
#include "hodhod/base/file.h"
#include "hodhod/base/rng.h"
#include "hodhod/io/checkpoint.h"
#include "tests/kill/processes.h"

using namespace hodhod;
using namespace hodhod::kill;

namespace {

struct Counts {
  int kills = 0, in_checkpoint = 0, in_model = 0, before_first = 0;  // of random ones
  int named = 0, finished = 0;
  std::vector<std::string> losses, never_passed;
};

bool holds_any(const std::string& directory, const std::vector<std::string>& marks) {
  if (!is_directory(directory)) return false;
  for (const std::string& name : list_directory(directory)) {
    for (const std::string& mark : marks) {
      if (name.find(mark) != std::string::npos) return true;
    }
  }
  return false;
}

// The newest checkpoint of a directory that is whole: its step, or −1. One that is damaged is a loss.
int64_t newest_step(const std::string& directory, Counts& counts) {
  const auto found = CheckpointStore(join_path(directory, "training")).find();
  for (const std::string& problem : found.problems)
    counts.losses.push_back("a damaged checkpoint: " + problem);
  return found.newest ? found.newest->step : -1;
}

class KillTest {
 public:
  KillTest(TrainingCommand command, int kills) : command_(std::move(command)), kills_(kills) {}

  Counts run() {
    const double begin = now();
    const std::string output = directory_ / "whole.txt";
    if (Process(command_.in(whole_), {}, output).wait() != 0)
      fail("the undisturbed run failed: {}", read_file(output));
    seconds_ = now() - begin;
    fmt::print("the undisturbed run takes {:.2f} s and leaves {} files\n", seconds_,
               remains_of(whole_).size());
    std::vector<std::thread> workers;
    std::atomic<bool> failed = false;
    for (int worker = 0; worker < 2; ++worker) {
      workers.emplace_back([&, worker] {
        try {
          random_kills(worker);
          named_kills();
        } catch (const std::exception& error) {
          fmt::print("{}\n", error.what());
          failed = true;
        }
      });
    }
    for (std::thread& worker : workers) worker.join();
    check(!failed, "the test itself failed");
    return total_;
  }

 private:
  // A run that is killed at moments spread over its time until it comes to its end.
  void random_kills(int worker) {
    for (int chain = 0;; ++chain) {
      {
        const std::lock_guard lock(mutex_);
        if (total_.kills >= kills_) return;
      }
      const std::string directory = directory_ / fmt::format("random-{}-{}", worker, chain);
      Rng rng = Rng(7).fork(static_cast<uint64_t>(worker)).fork(static_cast<uint64_t>(chain));
      Counts counts;
      int64_t step = -1;
      double left = seconds_;
      for (bool ended = false; !ended;) {
        const bool wants_kill = left > 0.02 && rng.below(4) != 0;
        const double moment = rng.uniform() * left;
        const int threads = 1 + static_cast<int>(rng.below(2));
        const std::string output = directory + ".txt";
        Process process(command_.in(directory, threads), {}, output);
        const int status = wants_kill ? process.wait_or_kill(moment) : process.wait();
        left -= moment;
        ended = status != -SIGKILL;
        if (!ended) {
          ++counts.kills;
          note_place(directory, counts);
          const int64_t now_at = newest_step(directory, counts);
          if (now_at < step) counts.losses.push_back(fmt::format("a checkpoint of step {} is gone", step));
          step = now_at;
        } else {
          compare(status, directory, output, counts);
        }
      }
      add(counts);
      remove_tree(directory);
    }
  }

  static void note_place(const std::string& directory, Counts& counts) {
    const std::string training = join_path(directory, "training");
    if (holds_any(training, {".unfinished", ".discarded"}))
      ++counts.in_checkpoint;
    else if (holds_any(directory, {".tmp-"}))
      ++counts.in_model;
    else if (!holds_any(training, {"checkpoint-"}))
      ++counts.before_first;
  }

  // One kill at each named point inside a save, the n-th time that it is passed.
  void named_kills() {
    for (;;) {
      std::string point;
      {
        const std::lock_guard lock(mutex_);
        const size_t points = kCheckpointFailpoints.size() + kFileFailpoints.size();
        if (next_point_ == points * kTimes.size()) return;
        const size_t which = next_point_ / kTimes.size();
        const bool of_checkpoint = which < kCheckpointFailpoints.size();
        point = fmt::format("{}:{}",
                            of_checkpoint ? kCheckpointFailpoints[which]
                                          : kFileFailpoints[which - kCheckpointFailpoints.size()],
                            kTimes[next_point_ % kTimes.size()]);
        ++next_point_;
      }
      const bool first = point.ends_with(":1");
      const std::string directory = directory_ / ("named-" + point), output = directory + ".txt";
      Counts counts;
      const int status = Process(command_.in(directory), {{"HODHOD_KILL_AT", point}}, output).wait();
      if (status == -SIGKILL) {
        ++counts.named;
        newest_step(directory, counts);
        compare(Process(command_.in(directory), {}, output).wait(), directory, output, counts);
      } else if (first) {
        counts.never_passed.push_back(point);
      }
      for (std::string& loss : counts.losses) loss = point + ": " + loss;
      add(counts);
      remove_tree(directory);
    }
  }

  void compare(int status, const std::string& directory, const std::string& output, Counts& counts) const {
    ++counts.finished;
    if (status != 0) {
      counts.losses.push_back("cannot go on: " + read_file(output));
      return;
    }
    const std::string found = difference(directory, whole_);
    if (!found.empty()) counts.losses.push_back("ends otherwise: " + found);
  }

  void add(const Counts& counts) {
    const std::lock_guard lock(mutex_);
    total_.kills += counts.kills;
    total_.in_checkpoint += counts.in_checkpoint;
    total_.in_model += counts.in_model;
    total_.before_first += counts.before_first;
    total_.named += counts.named;
    total_.finished += counts.finished;
    total_.losses.insert(total_.losses.end(), counts.losses.begin(), counts.losses.end());
    total_.never_passed.insert(total_.never_passed.end(), counts.never_passed.begin(),
                               counts.never_passed.end());
  }

  static constexpr std::array<int, 4> kTimes = {1, 3, 6, 18};  // up to the last save of a run
  TrainingCommand command_;
  int kills_;
  TemporaryDirectory directory_;
  std::string whole_ = directory_ / "whole";
  double seconds_ = 0;
  std::mutex mutex_;
  Counts total_;
  size_t next_point_ = 0;
};

}  // namespace

int main(int count, char** arguments) {
  const std::vector<std::string> given(arguments + 1, arguments + count);
  const bool control = given.size() == 4 && given[3] == "--control";
  const bool recurrent = given.size() == 4 && given[3] == "--recurrent";
  if (given.size() != 3 && !control && !recurrent) {
    fmt::print(stderr, "usage: kill_runs PROGRAM TEXT KILLS [--control|--recurrent]\n");
    return 2;
  }
  try {
    TrainingCommand command{
        .program = given[0], .text = given[1], .steps = 30, .validate_every = 8, .save_every = 6};
    if (recurrent) {
      command.preset = "lstm-tiny";
      command.model = {"width=32", "layers=2"};
    }
    const double begin = now();
    const Counts counts = KillTest(command, std::stoi(given[2])).run();
    fmt::print(
        "{} kills at random moments: {} inside a checkpoint, {} while the model was written, {} before the "
        "first checkpoint, {} elsewhere\n{} kills at named points inside a save\n{} runs continued to their "
        "end; {} losses; {:.0f} s\n",
        counts.kills, counts.in_checkpoint, counts.in_model, counts.before_first,
        counts.kills - counts.in_checkpoint - counts.in_model - counts.before_first, counts.named,
        counts.finished, counts.losses.size(), now() - begin);
    for (size_t i = 0; i < std::min<size_t>(counts.losses.size(), 8); ++i)
      fmt::print("  {}\n", counts.losses[i]);
    if (control) return counts.losses.empty() ? 1 : 0;
    for (const std::string& point : counts.never_passed) fmt::print("  {} was never passed\n", point);
    return counts.losses.empty() && counts.never_passed.empty() ? 0 : 1;
  } catch (const std::exception& error) {
    fmt::print("{}\n", error.what());
    return 1;
  }
}
