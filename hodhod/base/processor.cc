// SPDX-License-Identifier: Apache-2.0
#include "hodhod/base/processor.h"

#include <fmt/format.h>
#include <sys/utsname.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <thread>

namespace hodhod {

std::string processor_in(std::string_view cpuinfo) {
  constexpr std::string_view kName = "model name";
  for (size_t begin = 0; begin < cpuinfo.size();) {
    const size_t end = std::min(cpuinfo.find('\n', begin), cpuinfo.size());
    std::string_view line = cpuinfo.substr(begin, end - begin);
    begin = end + 1;
    const size_t colon = line.find(':');
    if (!line.starts_with(kName) || colon == std::string_view::npos) continue;
    line.remove_prefix(std::min(line.find_first_not_of(" \t", colon + 1), line.size()));
    if (!line.empty()) return std::string(line);
  }
  utsname machine{};
  return uname(&machine) == 0 ? machine.machine : "unknown";
}

std::string processor_name() {
  std::ostringstream cpuinfo;
  cpuinfo << std::ifstream("/proc/cpuinfo").rdbuf();
  return fmt::format("{}, {} processors", processor_in(cpuinfo.str()),
                     std::max(1U, std::thread::hardware_concurrency()));
}

}  // namespace hodhod
