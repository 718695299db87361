// SPDX-License-Identifier: Apache-2.0
// Loading tokenizers from files and directories, and saving a directory that AutoTokenizer opens.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "hodhod/text/tokenizer.h"

namespace hodhod::text {

// The implementations of Tokenizer::load and Tokenizer::save.
Tokenizer load_tokenizer(const std::string& path);
void save_tokenizer(const Tokenizer& tokenizer, const std::string& directory, std::optional<int64_t> longest);

}  // namespace hodhod::text
