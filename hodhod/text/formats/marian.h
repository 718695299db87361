// SPDX-License-Identifier: Apache-2.0
// The tokenizer of a Marian model as the hub has it: source.spm splits texts into pieces; vocab.json holds
// the ids of these and of the pieces of target.spm.
#pragma once

#include <string>

#include "hodhod/text/formats/tokenizer_config.h"
#include "hodhod/text/tokenizer.h"

namespace hodhod::text {

TokenizerParts marian_parts(const std::string& directory, const TokenizerConfig& config);

}  // namespace hodhod::text
