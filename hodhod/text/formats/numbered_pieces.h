// SPDX-License-Identifier: Apache-2.0
// A SentencePiece model that splits texts, and a vocab.json that numbers the pieces: Marian's tokenizers and
// those of M2M-100.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hodhod/text/formats/tokenizer_config.h"
#include "hodhod/text/tokenizer.h"

namespace hodhod::text {

using NumberedTokens = std::vector<std::pair<std::string, int64_t>>;

// The tokenizer without the tokens that a class adds. `bytes` are those of the file `model`, and `vocabulary`
// is read from `path`. Tokens that are only in the vocabulary are never found in a text; of pieces that it
// lacks a warning is kept. Error when the vocabulary lacks the unknown token or that of the end, or its
// numbers are not those from 0 on.
TokenizerParts numbered_parts(std::string_view bytes, const std::string& model,
                              const NumberedTokens& vocabulary, const std::string& path,
                              const TokenizerConfig& config);

}  // namespace hodhod::text
