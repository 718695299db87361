// SPDX-License-Identifier: Apache-2.0
// What happens to a delimiter that a splitting pre-tokeniser finds.
#pragma once

#include <string>
#include <string_view>

namespace hodhod::text {

enum class SplitBehavior { removed, isolated, merged_with_previous, merged_with_next, contiguous };

// The names in tokenizer.json. Error, which begins with `where`, for an unknown name.
std::string_view behavior_name(SplitBehavior behavior);
SplitBehavior parse_behavior(std::string_view name, const std::string& where);

}  // namespace hodhod::text
