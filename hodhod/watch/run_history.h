// SPDX-License-Identifier: Apache-2.0
// What a run of training has written down: for watching it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hodhod/train/run_log.h"
#include "hodhod/train/run_record.h"
#include "hodhod/watch/line_tables.h"

namespace hodhod {

// running: under way. killed: it ended without saying so. unknown: it was written by a version that does not
// say, or on another machine. The others are how its last call ended.
enum class RunState { running, finished, time, patience, signal, diverged, killed, unknown };
constexpr std::array<std::string_view, 8> names_of(RunState) {
  return {"running", "finished", "time", "patience", "signal", "diverged", "killed", "unknown"};
}

struct RunEvent {
  int64_t step = 0;
  RunMark mark = RunMark::begun;
  std::string note = {};
  int64_t count = 1;                   // of updates that were skipped one after the other, from `step` on
  std::optional<double> seconds = {};  // of training until then, where it is recorded: of the end
};

struct SampleSet {
  int64_t step = 0;
  std::vector<Sample> samples = {};
};

class RunHistory {
 public:
  // Of the run in this directory. Error when there is none.
  explicit RunHistory(std::string directory);

  // Reads what was written since the last call.
  void refresh();

  const std::string& directory() const { return directory_; }
  const RunRecord& record() const { return record_; }
  RunState state() const { return state_; }
  bool is_running() const { return state_ == RunState::running; }
  int64_t steps() const { return steps_; }     // planned; 0: not recorded
  double minutes() const { return minutes_; }  // the limit of time; 0: none
  double clip() const;                         // 0: none
  const std::vector<LineTable>& metrics() const { return metrics_.tables(); }
  const std::vector<LineTable>& layers() const { return layers_.tables(); }
  // In order; of checkpoints the last alone.
  const std::vector<RunEvent>& events() const { return events_; }
  // At most 100 validations, evenly spread, with the last.
  const std::vector<SampleSet>& samples() const { return samples_; }
  // What could not be used, for each file.
  const std::vector<UnreadLines>& unread() const { return unread_; }

 private:
  std::string file(std::string_view name) const;  // of the run: DIR/training/NAME
  void read_record();
  void read_events();
  void read_samples();
  void find_state();

  std::string directory_;
  RunRecord record_;
  LineTables metrics_, layers_;
  std::vector<RunEvent> events_;
  std::vector<SampleSet> samples_;
  std::vector<UnreadLines> unread_;
  RunState state_ = RunState::unknown;
  int64_t steps_ = 0;
  double minutes_ = 0;
};

// The directories of runs that a directory stands for: itself, or the rungs of a ladder. Error when it is
// neither.
std::vector<std::string> run_directories(const std::string& directory);

// The last parts of the paths, as many as tell them apart.
std::vector<std::string> run_names(const std::vector<std::string>& directories);

// A command line with of each path its last part.
std::string without_paths(std::string_view command);

}  // namespace hodhod
