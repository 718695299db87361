// SPDX-License-Identifier: Apache-2.0
// How well groups agree with classes (Manning, Raghavan & Schütze 2008, §16.3).
#pragma once

#include <cstdint>
#include <span>

namespace hodhod::metrics {

struct ClusterScore {
  // The share of items in the right class when each group counts for the class that most of its items have.
  double purity = 0;
  // Mutual information of groups and classes over the mean of their entropies; 0 if both are single.
  double nmi = 0;
};

// groups and classes of the same items, numbered from 0. Error when there are no items.
ClusterScore score_clusters(std::span<const int64_t> groups, std::span<const int64_t> classes);

}  // namespace hodhod::metrics
