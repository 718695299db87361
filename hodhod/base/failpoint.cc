// SPDX-License-Identifier: Apache-2.0
#include "hodhod/base/failpoint.h"

#include <atomic>
#include <csignal>
#include <cstdlib>

namespace hodhod {

void failpoint(std::string_view name) {
  const char* variable = std::getenv("HODHOD_KILL_AT");
  if (variable == nullptr) return;
  std::string_view wanted = variable;
  int which = 1;
  if (const size_t colon = wanted.rfind(':'); colon != std::string_view::npos) {
    which = std::atoi(variable + colon + 1);
    wanted = wanted.substr(0, colon);
  }
  if (name != wanted) return;
  static std::atomic<int> passed{0};
  if (++passed == which) std::raise(SIGKILL);
}

}  // namespace hodhod
