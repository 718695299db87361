// SPDX-License-Identifier: Apache-2.0
#include "hodhod/base/file_system.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "hodhod/base/error.h"

namespace hodhod {

const FileSystem& real_file_system() {
  static const FileSystem kCalls = {
      .open = [](const char* path, int flags,
                 unsigned mode) { return ::open(path, flags | O_CLOEXEC, mode); },
      .write = [](int descriptor, const void* bytes,
                  size_t count) { return ::write(descriptor, bytes, count); },
      .fsync = [](int descriptor) { return ::fsync(descriptor); },
      .close = [](int descriptor) { return ::close(descriptor); },
      .rename = [](const char* from, const char* to) { return ::rename(from, to); },
      .unlink = [](const char* path) { return ::unlink(path); },
      .mkdir = [](const char* path, unsigned mode) { return ::mkdir(path, mode); },
      .rmdir = [](const char* path) { return ::rmdir(path); },
  };
  return kCalls;
}

namespace {

// Advice for the reader of the message.
const char* advice(int reason) {
  switch (reason) {
    case ENOENT:
    case ENOTDIR:
      return "; check the path";
    case EACCES:
    case EPERM:
    case EROFS:
      return "; check the permissions";
    case EISDIR:
      return "; name a file";
    case ENOSPC:
    case EDQUOT:
      return "; free some space and try again";
    case EFBIG:
      return "; raise the limit on the size of files (ulimit -f), or write to another file system";
    default:
      return "";
  }
}

}  // namespace

void fail_with_reason(const char* action, const std::string& path, int reason) {
  fail("{}: cannot {}: {}{}", path, action, std::strerror(reason), advice(reason));
}

}  // namespace hodhod
