// SPDX-License-Identifier: Apache-2.0
// For tests of saving: a file system in which one call, counted from 0, fails.
#pragma once

#include <algorithm>
#include <cerrno>

#include "hodhod/base/file_system.h"

namespace hodhod {

// Passes every call on to the real system, except call number `failing` (none if negative), which fails with
// errno `reason`. With `keep_failing`, so do all calls after it, as on a disk that is gone. A failing close
// still closes, as on Linux. Nothing is really synced: that is slow, and matters only after a power cut.
class FaultyFileSystem {
 public:
  explicit FaultyFileSystem(int failing = -1, int reason = 0, bool keep_failing = false)
      : failing_(failing), reason_(reason), keep_failing_(keep_failing) {
    const FileSystem& real = real_file_system();
    table_.open = [=, this](const char* path, int flags, unsigned mode) {
      return fails() ? -1 : real.open(path, flags, mode);
    };
    table_.write = [=, this](int descriptor, const void* bytes, size_t count) -> ssize_t {
      if (interrupt_every_ > 0 && ++writes_ % interrupt_every_ == 0) {
        errno = EINTR;
        return -1;
      }
      return fails() ? -1 : real.write(descriptor, bytes, std::min(count, write_at_most_));
    };
    table_.fsync = [this](int) { return fails() ? -1 : 0; };
    table_.close = [=, this](int descriptor) {
      real.close(descriptor);
      return fails() ? -1 : 0;
    };
    table_.rename = [=, this](const char* from, const char* to) {
      if (fails()) return -1;
      ++renames_;
      return real.rename(from, to);
    };
    table_.unlink = [=, this](const char* path) { return fails() ? -1 : real.unlink(path); };
    table_.mkdir = [=, this](const char* path, unsigned mode) {
      return fails() ? -1 : real.mkdir(path, mode);
    };
    table_.rmdir = [=, this](const char* path) { return fails() ? -1 : real.rmdir(path); };
  }
  FaultyFileSystem(const FaultyFileSystem&) = delete;
  FaultyFileSystem& operator=(const FaultyFileSystem&) = delete;

  const FileSystem& table() const { return table_; }
  bool has_failed() const { return has_failed_; }
  int calls() const { return calls_; }
  int renames() const { return renames_; }
  void write_at_most(size_t count) { write_at_most_ = count; }
  void interrupt_every(int writes) { interrupt_every_ = writes; }

 private:
  bool fails() {
    const int call = calls_++;
    if (failing_ < 0 || (call != failing_ && !(keep_failing_ && call > failing_))) return false;
    has_failed_ = true;
    errno = reason_;
    return true;
  }

  FileSystem table_;
  int failing_;
  int reason_;
  bool keep_failing_;
  bool has_failed_ = false;
  int calls_ = 0;
  int renames_ = 0;
  int writes_ = 0;
  size_t write_at_most_ = static_cast<size_t>(-1);
  int interrupt_every_ = 0;
};

}  // namespace hodhod
