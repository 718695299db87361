// SPDX-License-Identifier: Apache-2.0
// One token for each word: pieces are looked up whole.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hodhod/text/models/model.h"

namespace hodhod::text {

// `tokens[i]` has id i. An unknown word becomes `unk_token`, or nothing if there is no such token.
ModelPtr make_word_level(const std::vector<std::string>& tokens, std::string unk_token = "<unk>",
                         const std::string& where = "WordLevel");

// Appends the ids of pieces, looked up many at once, if the model is of this kind; otherwise false.
bool encode_whole_words(const TokenizerModel& model, std::span<const std::string_view> pieces,
                        std::vector<int32_t>& ids);

ModelPtr word_level_from_json(const Json& json, const std::string& where);

}  // namespace hodhod::text
