// SPDX-License-Identifier: Apache-2.0
// Preloaded into a run of the program (LD_PRELOAD): the system calls by which it changes files below a
// directory are counted, and one of them fails.
//
//   HODHOD_FAULT_BELOW    the directory; what lies elsewhere is let through uncounted
//   HODHOD_FAULT_CALL     number of the call that fails, from 1; 0: none
//   HODHOD_FAULT_REASON   errno of the failure, or "short": then from that call on, every write takes 7 bytes
//   HODHOD_FAULT_ALWAYS   1: all calls after it fail as well
//   HODHOD_FAULT_COUNT    a file that gets the number of calls at the end, and the name of the one that
//   failed
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

std::atomic<int> calls{0};
std::atomic<const char*> failed_call{""};
// Descriptors of files below the directory.
std::array<std::atomic<bool>, 4096> counted{};

const char* setting(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

bool is_below(const char* path) {
  const char* directory = setting("HODHOD_FAULT_BELOW");
  return *directory && std::strncmp(path, directory, std::strlen(directory)) == 0;
}

bool is_short() { return std::strcmp(setting("HODHOD_FAULT_REASON"), "short") == 0; }

// Counts a call; true when it is to fail, with errno set.
bool fails(const char* name) {
  const int call = ++calls, wanted = std::atoi(setting("HODHOD_FAULT_CALL"));
  const bool always = *setting("HODHOD_FAULT_ALWAYS") == '1';
  if (wanted == 0 || is_short() || (call != wanted && !(always && call > wanted))) return false;
  if (call == wanted) failed_call = name;
  errno = std::atoi(setting("HODHOD_FAULT_REASON"));
  return true;
}

bool is_counted(int descriptor) {
  return descriptor >= 0 && descriptor < static_cast<int>(counted.size()) && counted[descriptor];
}

template <class F>
F real(const char* name) {
  return reinterpret_cast<F>(dlsym(RTLD_NEXT, name));
}

int open_counted(const char* name, const char* path, int flags, unsigned mode) {
  const auto call = real<int (*)(const char*, int, ...)>(name);
  const bool changes = is_below(path) && ((flags & (O_WRONLY | O_RDWR)) != 0 || (flags & O_DIRECTORY) != 0);
  if (changes && fails("open")) return -1;
  const int descriptor = call(path, flags, mode);
  if (descriptor >= 0 && descriptor < static_cast<int>(counted.size())) counted[descriptor] = changes;
  return descriptor;
}

struct AtEnd {
  ~AtEnd() {
    const char* path = setting("HODHOD_FAULT_COUNT");
    if (!*path) return;
    if (std::FILE* file = std::fopen(path, "w")) {
      std::fprintf(file, "%d %s\n", calls.load(), failed_call.load());
      std::fclose(file);
    }
  }
} at_end;

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  va_list list;
  va_start(list, flags);
  const unsigned mode = (flags & O_CREAT) != 0 ? va_arg(list, unsigned) : 0;
  va_end(list);
  return open_counted("open", path, flags, mode);
}

int open64(const char* path, int flags, ...) {
  va_list list;
  va_start(list, flags);
  const unsigned mode = (flags & O_CREAT) != 0 ? va_arg(list, unsigned) : 0;
  va_end(list);
  return open_counted("open64", path, flags, mode);
}

ssize_t write(int descriptor, const void* bytes, size_t count) {
  static const auto kCall = real<ssize_t (*)(int, const void*, size_t)>("write");
  if (!is_counted(descriptor)) return kCall(descriptor, bytes, count);
  if (fails("write")) return -1;
  return kCall(descriptor, bytes, is_short() ? std::min<size_t>(count, 7) : count);
}

ssize_t writev(int descriptor, const iovec* pieces, int count) {
  static const auto kCall = real<ssize_t (*)(int, const iovec*, int)>("writev");
  if (is_counted(descriptor) && fails("writev")) return -1;
  return kCall(descriptor, pieces, count);
}

int fsync(int descriptor) {
  // Really syncing takes long, and shows only after a power cut.
  return is_counted(descriptor) && fails("fsync") ? -1 : 0;
}

int close(int descriptor) {
  static const auto kCall = real<int (*)(int)>("close");
  const bool count = is_counted(descriptor);
  if (count) counted[descriptor] = false;
  const int result = kCall(descriptor);
  return count && fails("close") ? -1 : result;
}

int rename(const char* from, const char* to) noexcept {
  static const auto kCall = real<int (*)(const char*, const char*)>("rename");
  return is_below(to) && fails("rename") ? -1 : kCall(from, to);
}

int unlink(const char* path) noexcept {
  static const auto kCall = real<int (*)(const char*)>("unlink");
  return is_below(path) && fails("unlink") ? -1 : kCall(path);
}

int mkdir(const char* path, mode_t mode) noexcept {
  static const auto kCall = real<int (*)(const char*, mode_t)>("mkdir");
  return is_below(path) && fails("mkdir") ? -1 : kCall(path, mode);
}

int rmdir(const char* path) noexcept {
  static const auto kCall = real<int (*)(const char*)>("rmdir");
  return is_below(path) && fails("rmdir") ? -1 : kCall(path);
}

}  // extern "C"
