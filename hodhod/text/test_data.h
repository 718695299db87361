// SPDX-License-Identifier: Apache-2.0
// Where tests find recorded data.
#pragma once

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace hodhod::text {

// A path under the data directory: HODHOD_DATA_DIR, or the one beside the sources.
inline std::string data_path(const std::string& name) {
  const char* directory = std::getenv("HODHOD_DATA_DIR");
  return std::string(directory != nullptr ? directory : HODHOD_SOURCE_DIR "/../shared/data") + "/" + name;
}

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
