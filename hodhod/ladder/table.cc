// SPDX-License-Identifier: Apache-2.0
#include "hodhod/ladder/table.h"

#include <vector>

#include "hodhod/base/columns.h"
#include "hodhod/base/format.h"
#include "hodhod/ladder/sentences.h"

namespace hodhod {
namespace {

std::string short_size(const LadderRung& rung) {
  if (rung.parameters > 0) return format_count(static_cast<double>(rung.parameters));
  return rung.ngrams > 0 ? format_count(static_cast<double>(rung.ngrams)) + " n-grams" : "–";
}

}  // namespace

std::string report_table(const LadderReport& report) {
  std::vector<std::vector<std::string>> lines = {{"rung", report.quality.name.en, "time", "processor",
                                                  "parameters", "on disk", "memory", report.unit.en + "/s",
                                                  "written/s"}};
  const bool unknown = has_unknown(report);
  if (unknown) lines[0].emplace_back("unknown");
  for (const LadderRung* rung : report.by_quality()) {
    lines.push_back({rung->name, quality_text(report, rung->quality), format_duration(rung->wall_seconds),
                     format_duration(rung->processor_seconds), short_size(*rung), format_bytes(rung->bytes),
                     format_bytes(rung->peak_memory), speed_text(rung->scored_a_second),
                     speed_text(rung->written_a_second)});
    if (unknown) lines.back().push_back(unknown_text(*rung));
  }
  std::string text = in_columns(lines);
  for (const Bilingual& sentence : sentences_of(report)) text += sentence.en + "\n";
  return text;
}

}  // namespace hodhod
