// SPDX-License-Identifier: Apache-2.0
// The names that tokenizer.json gives to choices.
#pragma once

#include <string>
#include <string_view>

#include "hodhod/text/pre_tokenizers/pre_tokenizer.h"

namespace hodhod::text {

std::string_view behavior_name(SplitBehavior behavior);
SplitBehavior parse_behavior(std::string_view name, const std::string& where);
std::string_view prepend_scheme_name(PrependScheme scheme);
// The options of a Metaspace, as a pre-tokeniser or a decoder has them; older files say add_prefix_space.
MetaspaceOptions read_metaspace_options(const Json& json, const std::string& where);
Json metaspace_to_json(const MetaspaceOptions& options);

}  // namespace hodhod::text
