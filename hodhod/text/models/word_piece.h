// SPDX-License-Identifier: Apache-2.0
// WordPiece as in BERT: a word is split from the left into the longest tokens; if a rest begins with no
// token, the whole word is unknown.
#pragma once

#include <string>
#include <vector>

#include "hodhod/text/models/model.h"

namespace hodhod::text {

struct WordPieceOptions {
  std::string unk_token = "[UNK]";
  std::string continuing_subword_prefix = "##";
  int max_input_chars_per_word = 100;  // longer words are unknown
};

// `tokens[i]` has id i.
ModelPtr make_word_piece(const std::vector<std::string>& tokens, WordPieceOptions options = {},
                         const std::string& where = "WordPiece");

ModelPtr word_piece_from_json(const Json& json, const std::string& where);

}  // namespace hodhod::text
