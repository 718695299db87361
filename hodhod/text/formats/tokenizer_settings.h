// SPDX-License-Identifier: Apache-2.0
// Every setting of tokenizer_config.json that is known: heeded here, or of no matter to ids and texts.
#pragma once

#include <string>
#include <string_view>

#include "hodhod/text/formats/tokenizer_config.h"

namespace hodhod::text {

// Empty when the setting is heeded, or changes neither ids nor texts; else what becomes of it.
std::string why_not_heeded(std::string_view key, const Json& value, TokenizerFamily family);

}  // namespace hodhod::text
