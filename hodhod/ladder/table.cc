// SPDX-License-Identifier: Apache-2.0
#include "hodhod/ladder/table.h"

#include <algorithm>
#include <vector>

#include "hodhod/base/format.h"
#include "hodhod/ladder/sentences.h"

namespace hodhod {

std::string report_table(const LadderReport& report) {
  std::vector<std::vector<std::string>> lines = {{"rung", report.quality.name.en, "time", "processor",
                                                  "parameters", "on disk", "memory", report.unit.en + "/s",
                                                  "written/s"}};
  for (const LadderRung* rung : report.by_quality()) {
    lines.push_back({rung->name, quality_text(report, rung->quality), format_duration(rung->wall_seconds),
                     format_duration(rung->processor_seconds),
                     rung->parameters > 0 ? format_count(static_cast<double>(rung->parameters)) : "–",
                     format_bytes(rung->bytes), format_bytes(rung->peak_memory),
                     speed_text(rung->scored_a_second), speed_text(rung->written_a_second)});
  }
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
  for (const Bilingual& sentence : sentences_of(report)) text += sentence.en + "\n";
  return text;
}

}  // namespace hodhod
