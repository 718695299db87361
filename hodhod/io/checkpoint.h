// SPDX-License-Identifier: Apache-2.0
// Checkpoints that survive a killed process, a full disk and damage.
//
// Each is a directory "checkpoint-NUMBER-step-STEP" of files and a manifest with the size and XXH64 of each.
// It is written under a temporary name, made durable and published by one rename; only then are older ones
// deleted. So the newest published checkpoint is always complete, unless the disk damages it; then the one
// before it is still there.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hodhod/base/file.h"
#include "hodhod/io/safetensors.h"

namespace hodhod {

// The places inside a save, in order, at which HODHOD_KILL_AT can kill the process (see failpoint.h).
constexpr std::array<std::string_view, 11> kCheckpointFailpoints = {
    "checkpoint.begin",         // nothing done
    "checkpoint.made",          // the temporary directory is there, and empty
    "checkpoint.file_begun",    // the first file exists, without a byte
    "checkpoint.file_written",  // a file has its bytes, not synced
    "checkpoint.file_synced",   // a file is whole
    "checkpoint.manifest",      // all files and the manifest are whole
    "checkpoint.synced",        // the temporary directory is durable
    "checkpoint.renamed",       // published, the rename not yet durable
    "checkpoint.published",     // durable; the older ones are still there
    "checkpoint.set_aside",     // an older one has been renamed for deletion
    "checkpoint.end",           // all done
};

// A published checkpoint.
struct Checkpoint {
  std::string path;
  int64_t number = 0;  // counts the saves of a directory
  int64_t step = 0;
  std::string file(std::string_view name) const { return join_path(path, name); }
};

// Receives the files of a checkpoint that is being written. Names have no directory part.
class CheckpointWriter {
 public:
  void add(const std::string& name, std::string_view bytes);
  void add_tensors(const std::string& name, const NamedTensors& tensors, const Metadata& metadata = {});

 private:
  friend class CheckpointStore;
  struct Written {
    std::string name;
    uint64_t size;
    uint64_t hash;
  };
  using Fill = std::function<void(const std::function<void(const void*, size_t)>&)>;
  CheckpointWriter(std::string path, const FileSystem& system) : path_(std::move(path)), system_(system) {}
  Written write(const std::string& name, const Fill& fill);
  void add_file(const std::string& name, const Fill& fill);

  std::string path_;
  const FileSystem& system_;
  std::vector<Written> files_;
};

class CheckpointStore {
 public:
  // Keeps checkpoints in `directory`, which need not exist: the newest `keep` good ones (1 or more; 2 so that
  // damage to the newest can be survived).
  explicit CheckpointStore(std::string directory, int keep = 2,
                           const FileSystem& system = real_file_system());

  // Writes a checkpoint with the files that `fill` adds, publishes it, and deletes those that are no longer
  // kept. If anything fails before that, throws an Error with the path and the reason; all older checkpoints
  // stay.
  Checkpoint save(int64_t step, const std::function<void(CheckpointWriter&)>& fill);

  struct Search {
    std::optional<Checkpoint> newest;   // the newest complete one
    std::vector<std::string> problems;  // of newer ones that are damaged: which file, and how
  };
  // Verifies every byte of a checkpoint.
  Search find();

  // Removes what a killed save left: unfinished and discarded checkpoints, and published ones beyond those to
  // keep. A checkpoint that find() found damaged is renamed to NAME.damaged and kept.
  void tidy();

  // Removes the published checkpoints of `step` and later steps.
  void remove_from(int64_t step);

  // All published checkpoints, oldest first, unverified.
  std::vector<Checkpoint> list() const;

 private:
  void remove_superseded();
  void remove(const Checkpoint& checkpoint);

  std::string directory_;
  int keep_;
  const FileSystem& system_;
  std::vector<Checkpoint> damaged_;  // found by find()
};

// What is wrong with a checkpoint, or nothing: every file that its manifest lists must be there with its size
// and hash, and no other.
std::optional<std::string> checkpoint_problem(const Checkpoint& checkpoint);

}  // namespace hodhod
