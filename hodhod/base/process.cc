// SPDX-License-Identifier: Apache-2.0
#include "hodhod/base/process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <thread>

#include "hodhod/base/error.h"
#include "hodhod/base/signals.h"

namespace hodhod {
namespace {

constexpr auto kInterval = std::chrono::milliseconds(20);
constexpr int kCannotRun = 127;

// The largest amount of memory that a process has used; 0 when it has ended.
uint64_t peak_memory_of(pid_t process) {
  std::ifstream status(fmt::format("/proc/{}/status", process));
  for (std::string line; std::getline(status, line);) {
    if (!line.starts_with("VmHWM:")) continue;
    const size_t digit = line.find_first_of("0123456789");
    uint64_t kilobytes = 0;
    if (digit != std::string::npos)
      std::from_chars(line.data() + digit, line.data() + line.size(), kilobytes);
    return 1024 * kilobytes;
  }
  return 0;
}

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
}

// Becomes the program; if that fails, tells why through the pipe. Between fork and exec, only functions that
// are safe in a signal handler may be called.
[[noreturn]] void become(char* const* words, pid_t parent, int pipe) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() == parent) ::execv(words[0], words);
  const int problem = errno;
  // If even this cannot be told, the status says that it was not run.
  [[maybe_unused]] const ssize_t written = ::write(pipe, &problem, sizeof problem);
  ::_exit(kCannotRun);
}

// Starts the program and returns once it is the program, and no longer a copy of this process.
pid_t start(const std::vector<std::string>& words) {
  std::vector<char*> pointers;
  for (const std::string& word : words) pointers.push_back(const_cast<char*>(word.c_str()));  // only read
  pointers.push_back(nullptr);
  std::array<int, 2> ends = {};
  check(::pipe2(ends.data(), O_CLOEXEC) == 0, "{}: cannot be run: {}", words[0], std::strerror(errno));
  const pid_t parent = ::getpid(), child = ::fork();
  if (child == 0) become(pointers.data(), parent, ends[1]);
  int problem = child < 0 ? errno : 0;
  ::close(ends[1]);
  ssize_t told = 0;
  while (child > 0 && (told = ::read(ends[0], &problem, sizeof problem)) < 0 && errno == EINTR) {
  }
  ::close(ends[0]);
  if (told > 0) ::waitpid(child, nullptr, 0);
  check(problem == 0, "{}: cannot be run: {}", words[0], std::strerror(problem));
  return child;
}

}  // namespace

std::string own_program() { return std::filesystem::read_symlink("/proc/self/exe").string(); }

ProcessEnd run_process(const std::vector<std::string>& words) {
  check(!words.empty(), "process: there is no program to run");
  const pid_t child = start(words);
  ProcessEnd end;
  int status = 0;
  rusage used = {};
  bool told = false;
  while (true) {
    const pid_t ended = ::wait4(child, &status, WNOHANG, &used);
    check(ended >= 0 || errno == EINTR, "{}: cannot be waited for: {}", words[0], std::strerror(errno));
    if (ended == child) break;
    end.peak_memory = std::max(end.peak_memory, peak_memory_of(child));
    if (stop_requested() && !told) told = ::kill(child, stop_signal()) == 0;
    std::this_thread::sleep_for(kInterval);
  }
  end.status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  end.processor_seconds = seconds_of(used.ru_utime) + seconds_of(used.ru_stime);
  return end;
}

}  // namespace hodhod
