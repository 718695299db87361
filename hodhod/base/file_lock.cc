// SPDX-License-Identifier: Apache-2.0
#include "hodhod/base/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <string_view>

#include "hodhod/base/error.h"
#include "hodhod/base/file.h"

namespace hodhod {
namespace {

std::string own_name() {
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0) host[0] = '\0';
  return fmt::format("process {} on {}", ::getpid(), host.data());
}

// What the holder wrote, on one line; it may not have written it yet.
std::string holder(const std::string& path) {
  try {
    const std::string text = read_file(path, 1000);
    const std::string line = text.substr(0, text.find('\n'));
    if (!line.empty()) return line;
  } catch (const Error&) {
    // The holder is unknown then.
  }
  return "another process";
}

}  // namespace

FileLock::FileLock(const std::string& path, const std::string& busy)
    : descriptor_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666)) {
  if (descriptor_ < 0) fail_with_reason("open", path, errno);
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    ::close(descriptor_);
    fail("{}: is locked by {}: {}", path, holder(path), busy);
  }
  const std::string name = own_name() + "\n";
  // Errors are ignored, such as a full disk: the name is only informative.
  if (::ftruncate(descriptor_, 0) != 0 || ::write(descriptor_, name.data(), name.size()) < 0) return;
}

std::optional<bool> is_held(const std::string& path) {
  if (!file_exists(path)) return false;
  const std::string name = holder(path);
  int process = 0;
  if (std::sscanf(name.c_str(), "process %d on", &process) != 1 || process <= 0) return std::nullopt;
  if (name.substr(name.find(" on ")) != own_name().substr(own_name().find(" on "))) return std::nullopt;
  return ::kill(process, 0) == 0 || errno == EPERM;
}

FileLock::~FileLock() { ::close(descriptor_); }

}  // namespace hodhod
