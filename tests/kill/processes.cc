// SPDX-License-Identifier: Apache-2.0
#include "tests/kill/processes.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <thread>

#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/base/hash.h"
#include "hodhod/base/json.h"

namespace hodhod::kill {
namespace {

// JSON without what depends on the clock, on threads and on the directory.
std::string lasting(const std::string& text, const std::string& path) {
  Json json = parse_json(text, path);
  for (const char* key : {"seconds", "items_per_second", "command"}) json.erase(key);
  if (json.contains("options")) json["options"].erase("out");
  return format_json(json, -1) + "\n";
}

template <class Visit>
void for_each_line(const std::string& text, const std::string& path, const Visit& visit) {
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = text.find('\n', begin);
    check(end != std::string::npos, "{}: the last line is cut off", path);
    visit(text.substr(begin, end - begin));
    begin = end + 1;
  }
}

// What happened in a run, without what its interruptions add: that it began, was saved, ended and resumed.
std::string marks(const std::string& text, const std::string& path) {
  std::string lines;
  for_each_line(text, path, [&](const std::string& line) {
    const auto mark = json_get<std::string>(parse_json(line, path), "mark", path);
    if (mark != "begun" && mark != "resumed" && mark != "saved" && mark != "ended") lines += line + "\n";
  });
  return lines;
}

std::string content(const std::string& path, const std::string& name) {
  const std::string bytes = read_file(path);
  if (name == "marks.jsonl") return marks(bytes, path);
  if (name == "state.json" || name == "run.json") return lasting(bytes, path);
  if (name != "metrics.jsonl") return bytes;
  std::string lines;
  for_each_line(bytes, path, [&](const std::string& line) { lines += lasting(line, path); });
  return lines;
}

void collect(const std::string& directory, const std::string& prefix,
             std::vector<std::pair<std::string, std::string>>& found) {
  for (const std::string& name : list_directory(directory)) {
    const std::string path = join_path(directory, name);
    // Events bear the time in their names, the lock a process; a manifest holds the hash of state.json.
    if (name.starts_with("events.") || name == "lock" || name == "manifest.json") continue;
    if (is_directory(path)) {
      collect(path, prefix + name + "/", found);
    } else {
      found.emplace_back(prefix + name, content(path, name));
    }
  }
}

}  // namespace

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

Process::Process(const std::vector<std::string>& command, const Environment& environment,
                 const std::string& output)
    : id_(::fork()) {
  check(id_ >= 0, "{}: cannot start it", command[0]);
  if (id_ > 0) return;
  const int descriptor = ::open(output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666);
  ::dup2(descriptor, 1);
  ::dup2(descriptor, 2);
  for (const auto& [name, value] : environment) ::setenv(name.c_str(), value.c_str(), 1);
  std::vector<char*> arguments;
  for (const std::string& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  ::execv(arguments[0], arguments.data());
  ::_exit(127);
}

Process::~Process() {
  if (!running_) return;
  ::kill(id_, SIGKILL);
  ::waitpid(id_, nullptr, 0);
}

int Process::reap(int options) {
  int status = 0;
  const pid_t ended = ::waitpid(id_, &status, options);
  if (ended != id_) return 0;
  running_ = false;
  status_ = WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
  return 1;
}

int Process::wait() {
  while (running_) reap(0);
  return status_;
}

int Process::wait_or_kill(double seconds) {
  const double end = now() + seconds;
  while (running_ && now() < end) {
    if (reap(WNOHANG) == 0) std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
  if (running_) ::kill(id_, SIGKILL);
  return wait();
}

std::vector<std::string> TrainingCommand::in(const std::string& directory, int threads) const {
  std::vector<std::string> words{program,
                                 "--quiet",
                                 "--threads",
                                 std::to_string(threads),
                                 "train",
                                 "generate",
                                 "--data",
                                 text,
                                 "--out",
                                 directory,
                                 "--preset",
                                 preset,
                                 "--length",
                                 "32",
                                 "--batch",
                                 "6",
                                 "--accumulate",
                                 "2",
                                 "--average",
                                 "0.9",
                                 "--validation-tokens",
                                 "600",
                                 "--log-every",
                                 "3",
                                 "--steps",
                                 std::to_string(steps),
                                 "--validate-every",
                                 std::to_string(validate_every),
                                 "--save-every",
                                 std::to_string(save_every)};
  for (const std::string& option : model) {
    words.emplace_back("--model");
    words.push_back(option);
  }
  return words;
}

std::vector<std::pair<std::string, std::string>> remains_of(const std::string& directory) {
  std::vector<std::pair<std::string, std::string>> found;
  collect(directory, "", found);
  return found;
}

std::string difference(const std::string& directory, const std::string& other) {
  const auto ours = remains_of(directory), theirs = remains_of(other);
  for (size_t i = 0; i < std::max(ours.size(), theirs.size()); ++i) {
    if (i >= ours.size()) return theirs[i].first + " is missing";
    if (i >= theirs.size() || ours[i].first < theirs[i].first) return ours[i].first + " is one too many";
    if (ours[i].first > theirs[i].first) return theirs[i].first + " is missing";
    if (ours[i].second != theirs[i].second) {
      return fmt::format("{} has other bytes ({} of them, XXH64 {} and {})", ours[i].first,
                         ours[i].second.size(), hash_text(hash64(ours[i].second)),
                         hash_text(hash64(theirs[i].second)));
    }
  }
  return "";
}

}  // namespace hodhod::kill
