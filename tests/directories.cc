// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <filesystem>
#include <sstream>

#include "hodhod/base/test_directories.h"

namespace hodhod {
namespace {

std::string given_or_beside(const char* variable, const std::string& beside) {
  const char* given = std::getenv(variable);
  return given != nullptr ? given : source_directory() + "/../" + beside;
}

}  // namespace

std::string source_directory() { return HODHOD_SOURCE_DIR; }
std::string data_directory() { return given_or_beside("HODHOD_DATA_DIR", "shared/data"); }

std::vector<std::string> golden_directories() {
  const char* given = std::getenv("HODHOD_GOLDEN_DIR");
  const std::string shared = source_directory() + "/../shared/golden";
  std::istringstream list(given != nullptr ? given : shared + ":" + shared + "-families");
  std::vector<std::string> found;
  for (std::string root; std::getline(list, root, ':');) {
    if (std::filesystem::is_directory(root)) found.push_back(root);
  }
  return found;
}

}  // namespace hodhod
