// SPDX-License-Identifier: Apache-2.0
#include "hodhod/train/metrics/length_groups.h"

#include <algorithm>
#include <map>

#include "hodhod/base/error.h"

namespace hodhod::metrics {

std::vector<LengthGroup> groups_by_length(std::span<const int64_t> lengths, int64_t groups) {
  check(groups > 0, "groups by length: {} groups; give one at least", groups);
  std::map<int64_t, std::vector<size_t>> by_length;
  for (size_t i = 0; i < lengths.size(); ++i) by_length[lengths[i]].push_back(i);
  std::vector<LengthGroup> found(static_cast<size_t>(groups));
  size_t before = 0;
  for (const auto& [length, texts] : by_length) {
    const size_t group = (2 * before + texts.size()) * static_cast<size_t>(groups) / (2 * lengths.size());
    before += texts.size();
    LengthGroup& one = found[group];
    if (one.members.empty()) one.shortest = length;
    one.longest = length;
    one.members.insert(one.members.end(), texts.begin(), texts.end());
  }
  std::erase_if(found, [](const LengthGroup& one) { return one.members.empty(); });
  for (LengthGroup& one : found) std::sort(one.members.begin(), one.members.end());
  return found;
}

}  // namespace hodhod::metrics
