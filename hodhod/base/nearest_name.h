// SPDX-License-Identifier: Apache-2.0
// Suggestions for an unknown name.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hodhod {

// The known names that differ from `name` by the fewest letters (added, left out, changed, or two swapped),
// or that have such a part between dashes and underscores: "--beams" matches "--num-beams". At most a
// third of the letters may differ; if names that differ in at most a fifth exist, only those. At most three
// names, in the order of `known`.
std::vector<std::string> nearest_names(std::string_view name, const std::vector<std::string>& known);

// "; did you mean A or B?", or nothing.
std::string did_you_mean(std::string_view name, const std::vector<std::string>& known);

}  // namespace hodhod
