// SPDX-License-Identifier: Apache-2.0
// Parallel text: the lines of two sides.
#pragma once

#include <string>
#include <vector>

#include "hodhod/tasks/translate.h"

namespace hodhod::cli {

// The pairs without an empty side; none if no files are given. Prints how many bad lines were skipped.
std::vector<TextPair> read_pairs(const std::vector<std::string>& source,
                                 const std::vector<std::string>& target, bool skip_bad);

}  // namespace hodhod::cli
