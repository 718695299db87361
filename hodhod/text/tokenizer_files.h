// SPDX-License-Identifier: Apache-2.0
// What the readers and writers of tokenizer files share.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hodhod/base/json.h"
#include "hodhod/text/tokenizer.h"

namespace hodhod::text {

// The object of a token in "added_tokens".
Json added_token_to_json(const AddedToken& token);

// The lines of a file, without their ends; the file must be UTF-8.
std::vector<std::string> read_vocabulary_lines(const std::string& path);

// Roles and special tokens that special_tokens_map.json and tokenizer_config.json of a directory name.
struct SpecialTokensMap {
  std::vector<std::pair<std::string, std::string>> roles;
  std::vector<AddedToken> tokens;  // ids −1
};
SpecialTokensMap read_special_tokens(const std::string& directory);

}  // namespace hodhod::text
