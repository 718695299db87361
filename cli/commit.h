// SPDX-License-Identifier: Apache-2.0
// The commit that the program was built from. Its source is written at every build, by cmake/commit.cmake.
#pragma once

#include <string_view>

namespace hodhod::cli {

// The beginning of its hash, with "-dirty" if files were changed after it; empty if the sources were no
// checkout of git.
std::string_view commit();

}  // namespace hodhod::cli
