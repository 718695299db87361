// SPDX-License-Identifier: Apache-2.0
// Texts in groups by their length, so that a score can be given for short and for long ones.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace hodhod::metrics {

struct LengthGroup {
  int64_t shortest = 0, longest = 0;
  std::vector<size_t> members;  // indices of the texts, in their order
};

// At most `groups` groups of texts of these lengths, the shortest first, with about the same number of texts
// each. Texts of one length are in one group: a length goes to the group where the middle one of its texts
// belongs among all in order of length.
std::vector<LengthGroup> groups_by_length(std::span<const int64_t> lengths, int64_t groups);

}  // namespace hodhod::metrics
