// SPDX-License-Identifier: Apache-2.0
// The known settings of tokenizer_config.json: those that are used here, and those that do not affect ids and
// texts.
#pragma once

#include <string>
#include <string_view>

#include "hodhod/text/formats/tokenizer_config.h"

namespace hodhod::text {

// Empty if the setting is used, or changes neither ids nor texts; else why it is not used.
std::string why_not_heeded(std::string_view key, const Json& value, TokenizerFamily family);

}  // namespace hodhod::text
