// SPDX-License-Identifier: Apache-2.0
// How a tokenizer's class and its settings change the parts that its files describe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "hodhod/text/formats/tokenizer_config.h"
#include "hodhod/text/tokenizer.h"

namespace hodhod::text {

// Applies settings that override tokenizer.json in Transformers: those of BERT's normaliser, ByteLevel's
// prefix space, and Llama's tokens around a text.
void heed_settings(TokenizerParts& parts, const TokenizerConfig& config);

// The id of a token of these parts, which are not a tokenizer yet.
std::optional<int32_t> id_in(const TokenizerParts& parts, std::string_view token);

// Puts tokens before and after a text, and each text of a pair; either token may be empty. Error if the
// tokenizer has no such token.
void put_around(TokenizerParts& parts, const std::string& before, const std::string& after,
                const std::string& where);
// Llama's: add_bos_token and add_eos_token, with these defaults.
void put_llama_tokens(TokenizerParts& parts, const TokenizerConfig& config, bool bos, bool eos);

}  // namespace hodhod::text
