// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/pre_tokenizers/split_behavior.h"

#include <array>

#include "hodhod/base/error.h"

namespace hodhod::text {
namespace {

constexpr std::array<std::string_view, 5> kBehaviors = {"Removed", "Isolated", "MergedWithPrevious",
                                                        "MergedWithNext", "Contiguous"};

}  // namespace

std::string_view behavior_name(SplitBehavior behavior) { return kBehaviors[static_cast<size_t>(behavior)]; }

SplitBehavior parse_behavior(std::string_view name, const std::string& where) {
  for (size_t i = 0; i < kBehaviors.size(); ++i) {
    if (name == kBehaviors[i]) return static_cast<SplitBehavior>(i);
  }
  fail("{}: behavior: expected Removed, Isolated, MergedWithPrevious, MergedWithNext or Contiguous", where);
}

}  // namespace hodhod::text
