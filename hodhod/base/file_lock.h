// SPDX-License-Identifier: Apache-2.0
// A lock between processes: one at a time works in a directory.
#pragma once

#include <optional>
#include <string>

namespace hodhod {

// Holds the file at `path` locked (flock) while it lives. The operating system releases the lock when the
// process ends, however it ends, so a file that was left behind locks nobody out. The file says who locked it
// last.
class FileLock {
 public:
  // Creates the file if there is none. An Error names the holder if another process (or another FileLock of
  // this process) has the lock; `busy` is the part of the message that says what this means and what to do.
  // On a file system without locks nothing is locked.
  FileLock(const std::string& path, const std::string& busy);
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  int descriptor_;
};

// Whether a living process holds the lock, by the name that it wrote into the file. The lock itself is not
// touched. False where there is no file; nothing where the name is that of another machine.
std::optional<bool> is_held(const std::string& path);

}  // namespace hodhod
