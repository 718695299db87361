// SPDX-License-Identifier: Apache-2.0
#include "cli/text_pairs.h"

#include <utility>

#include "cli/output.h"
#include "hodhod/data/record_reader.h"

namespace hodhod::cli {

std::vector<TextPair> read_pairs(const std::vector<std::string>& source,
                                 const std::vector<std::string>& target, bool skip_bad) {
  if (source.empty() && target.empty()) return {};
  ParallelReader reader({source, target}, skip_bad);
  std::vector<TextPair> pairs;
  while (auto record = reader.next()) {
    if (record->fields[0].empty() || record->fields[1].empty()) continue;
    pairs.push_back({std::move(record->fields[0]), std::move(record->fields[1])});
  }
  tell_bad_lines(reader.bad_lines());
  return pairs;
}

}  // namespace hodhod::cli
