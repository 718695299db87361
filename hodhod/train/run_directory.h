// SPDX-License-Identifier: Apache-2.0
// The directory that a run trains in: which run it belongs to, and whether that run may go on.
//
// DIR/training holds what belongs to the run alone: run.json (train/run_record.h), the lock, checkpoints, the
// tokenizer that was made for it. The model itself is written to DIR when a validation finds it the best.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hodhod/base/file_lock.h"
#include "hodhod/train/run_record.h"

namespace hodhod {

struct RunStart {
  std::string from = {};   // directory of the model that training begins with; empty: a new model
  bool restart = false;    // discard the run that is in the directory, and start again
  bool overwrite = false;  // replace a model that was not trained in the directory
};

// Holds the directory, locked, for one run.
class RunDirectory {
 public:
  // Makes the directory where there is none, and keeps `record` for it. A run that is there goes on, and
  // takes the options that may change from `record`. It is an Error, and nothing in the directory is changed,
  // when
  //   - the directory holds a model that was not trained in it, or is `from` itself, without `overwrite`,
  //   - the run there was begun with other values of what may not change (see kChangeableOptions),
  //   - another process trains there.
  // A run that has left neither a checkpoint nor a model of its own is started again, whatever its options
  // were.
  RunDirectory(std::string directory, RunRecord record, const RunStart& start = {});

  const std::string& path() const { return path_; }
  const RunRecord& record() const { return record_; }
  // The path of a file that belongs to the run: DIR/training/NAME.
  std::string file(std::string_view name) const;
  // Whether there is a checkpoint to go on from.
  bool goes_on() const;
  // What the user should be told, one sentence each.
  const std::vector<std::string>& notes() const { return notes_; }

  // Records the model, once it is made. Error when the run was begun with another one.
  void set_model(ModelRecord model);

  // Whether files of the model that the run has saved are gone: the configuration, or the weights. To be
  // asked of a run that has saved one. False where set_model() was not called.
  bool has_lost_model() const;

  // Stores the record as it is now. To be called before the first step; until then, a run that goes on keeps
  // the record that it was begun with.
  void store() const;

  // To be called before the run saves its first model. With `overwrite`, it removes the files of an older
  // model that would be read beside the new one or in its place (weights in other formats, adapters,
  // vocabularies, chat templates), and says so in a sentence. Empty if there is nothing to remove.
  std::string remove_older_model() const;

  // To be called when numbers are no longer finite at step `step`. It removes the checkpoints of
  // `first_unsound` and later steps, and lets the options change that kChangeableOptions names for this case.
  // Returns the step of the newest checkpoint that is left.
  std::optional<int64_t> set_diverged(int64_t step, int64_t first_unsound);

 private:
  RunRecord stored_record() const;
  bool go_on(RunRecord begun);
  void begin_anew();
  bool has_results(const RunRecord& run) const;
  void refuse(const std::vector<std::string>& changes) const;

  std::string path_;
  RunRecord record_;
  bool overwrite_;
  std::vector<std::string> notes_;
  std::optional<FileLock> lock_;
};

// The lock of the run in a directory, for whoever else writes a model there. Null where no run has been.
// Error while one is under way.
std::unique_ptr<FileLock> lock_against_run(const std::string& directory);

}  // namespace hodhod
