// SPDX-License-Identifier: Apache-2.0
#include "bench/worker.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <sstream>

#include "hodhod/base/error.h"

namespace hodhod::bench {

Worker::Worker(const std::vector<std::string>& command) {
  int down[2], up[2];
  check(pipe(down) == 0 && pipe(up) == 0, "cannot make a pipe to {}", command[0]);
  pid_ = fork();
  check(pid_ >= 0, "cannot start {}", command[0]);
  if (pid_ == 0) {
    dup2(down[0], 0);
    dup2(up[1], 1);
    for (int fd : {down[0], down[1], up[0], up[1]}) close(fd);
    std::vector<char*> arguments;
    for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    execvp(arguments[0], arguments.data());
    _exit(127);
  }
  close(down[0]);
  close(up[1]);
  to_ = fdopen(down[1], "w");
  from_ = fdopen(up[0], "r");
  greeting_ = read_line();
}

Worker::~Worker() {
  if (to_) std::fclose(to_);
  if (from_) std::fclose(from_);
  if (pid_ > 0) waitpid(pid_, nullptr, 0);
}

std::string Worker::read_line() {
  std::string line;
  for (int c; (c = std::fgetc(from_)) != EOF && c != '\n';) line.push_back(static_cast<char>(c));
  check(!line.empty(), "the worker stopped without an answer");
  return line;
}

std::vector<double> Worker::step() {
  std::fputs("step\n", to_);
  std::fflush(to_);
  std::istringstream line(read_line());
  std::vector<double> numbers;
  for (double number; line >> number;) numbers.push_back(number);
  check(!numbers.empty(), "the worker answered a step with something else than numbers: {}", line.str());
  return numbers;
}

double Worker::quit() {
  std::fputs("quit\n", to_);
  std::fflush(to_);
  return std::stod(read_line());
}

void serve_steps(const std::string& greeting, const std::function<std::vector<double>()>& step) {
  std::cout << greeting << std::endl;
  for (std::string line; std::getline(std::cin, line) && line != "quit";) {
    for (double number : step()) std::cout << number << ' ';
    std::cout << std::endl;
  }
  std::cout << peak_memory() << std::endl;
}

double median(std::vector<double> values) {
  check(!values.empty(), "median of nothing");
  std::sort(values.begin(), values.end());
  const size_t middle = values.size() / 2;
  return values.size() % 2 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

double peak_memory() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace hodhod::bench
