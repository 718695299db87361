// SPDX-License-Identifier: Apache-2.0
// Named places at which a test can kill the process, to show that nothing is lost.
#pragma once

#include <string_view>

namespace hodhod {

// Ends the process with SIGKILL when the environment variable HODHOD_KILL_AT is NAME, or NAME:n and this is
// the n-th time that a failpoint of that name is passed. Otherwise does nothing.
void failpoint(std::string_view name);

}  // namespace hodhod
