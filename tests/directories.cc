// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>

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
std::string golden_directory() { return given_or_beside("HODHOD_GOLDEN_DIR", "shared/golden"); }

}  // namespace hodhod
