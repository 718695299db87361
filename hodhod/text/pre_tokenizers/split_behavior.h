// SPDX-License-Identifier: Apache-2.0
// What becomes of a delimiter that a splitting pre-tokeniser finds.
#pragma once

#include <string>
#include <string_view>

namespace hodhod::text {

enum class SplitBehavior { kRemoved, kIsolated, kMergedWithPrevious, kMergedWithNext, kContiguous };

// As tokenizer.json calls them. Error, which begins with `where`, for a name that is none.
std::string_view behavior_name(SplitBehavior behavior);
SplitBehavior parse_behavior(std::string_view name, const std::string& where);

}  // namespace hodhod::text
