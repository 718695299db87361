// SPDX-License-Identifier: Apache-2.0
#include "hodhod/train/loop_profile.h"

#include <fmt/format.h>

#include <chrono>
#include <utility>

namespace hodhod {

double steady_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::string LoopProfile::table(double seconds) const {
  const std::pair<const char*, double> rows[] = {
      {"forward", forward},       {"backward", backward},  {"update", update - logging}, {"batches", data},
      {"validation", validation}, {"checkpoints", saving}, {"metrics", logging}};
  std::string text;
  double known = 0;
  const auto add = [&](const char* name, double part) {
    text += fmt::format("{:12} {:9.2f} s {:6.2f} %\n", name, part, 100 * part / seconds);
  };
  for (const auto& [name, part] : rows) {
    known += part;
    add(name, part);
  }
  add("the rest", seconds - known);
  return text;
}

}  // namespace hodhod
