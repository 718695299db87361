// SPDX-License-Identifier: Apache-2.0
// A lock between processes: one at a time works in a directory.
#pragma once

#include <string>

namespace hodhod {

// Holds the file at `path` locked (flock) while it lives. The kernel lets go of it when the process ends,
// however it ends, so a file that was left behind locks nobody out; it holds who locked it last.
class FileLock {
 public:
  // Makes the file if there is none. An Error that names the holder when another process (or another FileLock
  // of this one) has it; `busy` says what that means and what to do. On a file system without locks nothing
  // is locked.
  FileLock(const std::string& path, const std::string& busy);
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  int descriptor_;
};

}  // namespace hodhod
