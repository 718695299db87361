// SPDX-License-Identifier: Apache-2.0
// tokenizer.json: a whole tokenizer in one file, as Hugging Face's tokenizers write it.
#pragma once

#include <string>
#include <string_view>

#include "hodhod/text/tokenizer.h"

namespace hodhod::text {

// The parts that the text of a tokenizer.json describes. Error, which begins with `name`, for one that is
// damaged or holds a part that is not known.
TokenizerParts parts_from_json(std::string_view text, const std::string& name);
std::string tokenizer_to_json(const Tokenizer& tokenizer);

// The object of a token in "added_tokens".
Json added_token_to_json(const AddedToken& token);

}  // namespace hodhod::text
