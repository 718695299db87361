// SPDX-License-Identifier: Apache-2.0
#include "hodhod/train/metrics/clusters.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "hodhod/base/error.h"

namespace hodhod::metrics {
namespace {

double entropy(const std::map<int64_t, double>& counts, double total) {
  double sum = 0;
  for (const auto& [name, count] : counts) sum -= count / total * std::log(count / total);
  return sum;
}

}  // namespace

ClusterScore score_clusters(std::span<const int64_t> groups, std::span<const int64_t> classes) {
  check(groups.size() == classes.size() && !groups.empty(), "clusters: {} groups for {} classes",
        groups.size(), classes.size());
  const auto total = static_cast<double>(groups.size());
  std::map<int64_t, double> by_group, by_class, best;
  std::map<std::pair<int64_t, int64_t>, double> both;
  for (size_t i = 0; i < groups.size(); ++i) {
    ++by_group[groups[i]];
    ++by_class[classes[i]];
    ++both[{groups[i], classes[i]}];
  }
  ClusterScore score;
  double information = 0;
  for (const auto& [pair, count] : both) {
    best[pair.first] = std::max(best[pair.first], count);
    information += count / total * std::log(count * total / (by_group[pair.first] * by_class[pair.second]));
  }
  for (const auto& [group, count] : best) score.purity += count / total;
  const double entropies = entropy(by_group, total) + entropy(by_class, total);
  score.nmi = entropies > 0 ? 2 * information / entropies : 0;
  return score;
}

}  // namespace hodhod::metrics
