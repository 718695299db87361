// SPDX-License-Identifier: Apache-2.0
#include "cli/models.h"

#include <fmt/core.h>

#include <cstdio>

namespace hodhod::cli {

void print_warnings(std::span<const std::string> warnings) {
  for (const std::string& warning : warnings) fmt::print(stderr, "hodhod: warning: {}\n", warning);
}

}  // namespace hodhod::cli
