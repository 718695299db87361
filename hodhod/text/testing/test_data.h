// SPDX-License-Identifier: Apache-2.0
// Where tests find recorded data.
#pragma once

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "hodhod/base/test_directories.h"

namespace hodhod::text {

inline std::string data_path(const std::string& name) { return data_directory() + "/" + name; }

inline std::string slurp(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline std::vector<std::string> slurp_lines(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

}  // namespace hodhod::text

#define SKIP_WITHOUT(path) \
  if (!std::ifstream(path).good()) GTEST_SKIP() << "no data at " << (path)
