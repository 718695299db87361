// SPDX-License-Identifier: Apache-2.0
// The system calls used for saving, as a table, so that a test can make any of them fail.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <functional>
#include <string>

namespace hodhod {

// Each entry behaves as the system call it is named after: −1 and errno on failure.
struct FileSystem {
  std::function<int(const char* path, int flags, unsigned mode)> open;
  std::function<ssize_t(int descriptor, const void* bytes, size_t count)> write;
  std::function<int(int descriptor)> fsync;
  std::function<int(int descriptor)> close;
  std::function<int(const char* from, const char* to)> rename;
  std::function<int(const char* path)> unlink;
  std::function<int(const char* path, unsigned mode)> mkdir;
  std::function<int(const char* path)> rmdir;
};

// The real system calls.
const FileSystem& real_file_system();

// Throws Error("PATH: cannot ACTION: REASON; ADVICE") with the system's words for the error number.
[[noreturn]] void fail_with_reason(const char* action, const std::string& path, int reason);

}  // namespace hodhod
