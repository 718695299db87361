// SPDX-License-Identifier: Apache-2.0
#include "hodhod/train/metrics_log.h"

#include "hodhod/base/file.h"

namespace hodhod {

MetricsLog::MetricsLog(const std::string& directory, int64_t step, bool validated)
    : lines_(join_path(directory, "metrics.jsonl"), step, validated),
      events_(join_path(directory, "training")) {}

void MetricsLog::add(int64_t step, const std::vector<std::pair<std::string, double>>& values) {
  Json members = Json::object();
  for (const auto& [name, value] : values) members[name] = value;
  lines_.add(step, members);
  events_.scalars(step, values);
}

}  // namespace hodhod
