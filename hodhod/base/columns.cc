// SPDX-License-Identifier: Apache-2.0
#include "hodhod/base/columns.h"

#include <algorithm>
#include <cstdint>

#include "hodhod/base/format.h"

namespace hodhod {

std::string in_columns(const std::vector<std::vector<std::string>>& lines) {
  if (lines.empty()) return "";
  std::vector<int64_t> widths(lines[0].size());
  for (const auto& line : lines) {
    for (size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], display_width(line[i]));
  }
  std::string text;
  for (const auto& line : lines) {
    for (size_t i = 0; i < line.size(); ++i) {
      const std::string blanks(static_cast<size_t>(widths[i] - display_width(line[i])), ' ');
      text += i == 0 ? line[i] + blanks : "  " + blanks + line[i];
    }
    text += '\n';
  }
  return text;
}

}  // namespace hodhod
