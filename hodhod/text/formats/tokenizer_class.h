// SPDX-License-Identifier: Apache-2.0
// What a tokenizer's class and its settings change about the parts that its files give.
#pragma once

#include <string>

#include "hodhod/text/formats/tokenizer_config.h"
#include "hodhod/text/tokenizer.h"

namespace hodhod::text {

// Settings that Transformers holds above what tokenizer.json says: of BERT's normaliser, of ByteLevel's
// prefix space, and Llama's tokens around a text.
void heed_settings(TokenizerParts& parts, const TokenizerConfig& config);

// Puts tokens before and after a text, and each of two; either may be empty. Error when the tokenizer has no
// such token.
void put_around(TokenizerParts& parts, const std::string& before, const std::string& after,
                const std::string& where);
// Llama's: add_bos_token and add_eos_token, with these defaults.
void put_llama_tokens(TokenizerParts& parts, const TokenizerConfig& config, bool bos, bool eos);

}  // namespace hodhod::text
