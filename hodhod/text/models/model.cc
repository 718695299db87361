// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/models/model.h"

#include "hodhod/base/error.h"
#include "hodhod/text/models/bpe.h"
#include "hodhod/text/models/unigram.h"
#include "hodhod/text/models/word_level.h"
#include "hodhod/text/models/word_piece.h"
#include "hodhod/text/unicode/byte_alphabet.h"

namespace hodhod::text {

void TokenizerModel::encode_bytes(std::string_view piece, Scratch& scratch, std::vector<Token>& out) const {
  std::string spelling;
  std::vector<uint32_t> byte_at;  // byte of the spelling → byte of the piece
  for (uint32_t i = 0; i < piece.size(); ++i) {
    spelling.append(byte_to_utf8(static_cast<uint8_t>(piece[i])));
    byte_at.resize(spelling.size(), i);
  }
  byte_at.push_back(static_cast<uint32_t>(piece.size()));
  const size_t first = out.size();
  encode(spelling, scratch, out);
  for (size_t i = first; i < out.size(); ++i) {
    out[i].begin = byte_at[out[i].begin];
    // A token that covers half of a spelling (byte fallback) covers the byte.
    out[i].end = out[i].end > 0 ? byte_at[out[i].end - 1] + 1 : 0;
  }
}

ModelPtr model_from_json(const Json& json, const std::string& where) {
  check(json.is_object(), "{}: expected an object", where);
  auto type = json_get_or<std::string>(json, "type", "", where);
  if (type.empty()) {
    const Json* vocab = json_find(json, "vocab");
    if (json_find(json, "merges") != nullptr) {
      type = "BPE";
    } else if (vocab != nullptr && vocab->is_array()) {
      type = "Unigram";
    } else if (json_find(json, "continuing_subword_prefix") != nullptr) {
      type = "WordPiece";
    } else {
      type = "WordLevel";
    }
  }
  if (type == "BPE") return bpe_from_json(json, where);
  if (type == "WordPiece") return word_piece_from_json(json, where);
  if (type == "WordLevel") return word_level_from_json(json, where);
  if (type == "Unigram") return unigram_from_json(json, where);
  fail("{}: no model is called \"{}\"", where, type.substr(0, 100));
}

}  // namespace hodhod::text
