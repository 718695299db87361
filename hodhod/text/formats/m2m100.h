// SPDX-License-Identifier: Apache-2.0
// The tokenizer of M2M-100 (Fan et al. 2021) as the hub has it: sentencepiece.bpe.model splits texts into
// pieces, vocab.json numbers them, and the languages, spelt __en__ and __fa__, have the numbers behind. The
// language of a text stands before it, </s> behind it.
#pragma once

#include <string>

#include "hodhod/text/formats/tokenizer_config.h"
#include "hodhod/text/tokenizer.h"

namespace hodhod::text {

TokenizerParts m2m100_parts(const std::string& directory, const TokenizerConfig& config);

}  // namespace hodhod::text
