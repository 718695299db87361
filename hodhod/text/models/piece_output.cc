// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/models/piece_output.h"

#include "hodhod/text/unicode/byte_tokens.h"

namespace hodhod::text {

UnknownPieces::UnknownPieces(const Vocabulary& vocabulary, std::optional<int32_t> id, bool byte_fallback)
    : id_(id), byte_fallback_(byte_fallback), as_bytes_(byte_fallback) {
  for (size_t byte = 0; byte < 256; ++byte) {
    byte_ids_[byte] = vocabulary.find(byte_token(static_cast<uint8_t>(byte)));
    as_bytes_ &= byte_ids_[byte] >= 0;
  }
}

void PieceOutput::add_unknown(uint32_t begin, uint32_t end) {
  if (unknown_.as_bytes()) {
    for (uint32_t i = begin; i < end; ++i) {
      out_.push_back({unknown_.byte_id(static_cast<unsigned char>(text_[i])), i, i + 1});
    }
  } else if (unknown_.id()) {
    if (after_unknown_) {
      out_.back().end = end;
    } else {
      out_.push_back({*unknown_.id(), begin, end});
    }
    after_unknown_ = true;
  }
}

}  // namespace hodhod::text
