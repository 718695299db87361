// SPDX-License-Identifier: Apache-2.0
// Texts in columns, for a terminal.
#pragma once

#include <string>
#include <vector>

namespace hodhod {

// Lines of as many texts each, two blanks apart: the first column at its left, the others at their right. The
// widths are those on a terminal.
std::string in_columns(const std::vector<std::vector<std::string>>& lines);

}  // namespace hodhod
