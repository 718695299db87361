// SPDX-License-Identifier: Apache-2.0
// Pre-tokenisers: split a normalised text into the pieces that the model encodes one by one.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "hodhod/base/json.h"
#include "hodhod/text/normalized_text.h"

namespace hodhod::text {

// Bytes of a SplitText's text. `token` ≥ 0 is the id of an added token, which is not split further.
struct Piece {
  Range range;
  int32_t token = -1;
};

// A text and its pieces: parts of its view(), in order, disjoint and not empty. Text between pieces is
// dropped.
struct SplitText {
  NormalizedText text;
  std::vector<Piece> pieces;
  // Set by ByteLevel: a piece is raw bytes, each standing for its character in GPT-2's byte alphabet
  // (`byte_alphabet.h`). The text itself is not rewritten; models take such pieces through encode_bytes.
  bool bytes = false;

  SplitText() = default;
  // One piece: the whole text, if it is not empty.
  explicit SplitText(NormalizedText whole);
  std::string_view piece(size_t i) const {
    return text.view().substr(pieces[i].range.begin, pieces[i].range.size());
  }
  // If `bytes` is set, spells the pieces in the byte alphabet and clears it.
  void spell_bytes();
};

class PreTokenizer {
 public:
  virtual ~PreTokenizer() = default;
  // Splits every piece further. May rewrite the text too (Metaspace, ByteLevel's prefix space).
  virtual void apply(SplitText& split) const = 0;
  virtual Json to_json() const = 0;
};

using PreTokenizerPtr = std::unique_ptr<const PreTokenizer>;

// Reads the object under "pre_tokenizer"; null gives nullptr.
PreTokenizerPtr pre_tokenizer_from_json(const Json& json, const std::string& where);

// All of `parts`, one after the other.
PreTokenizerPtr make_pre_tokenizer_sequence(std::vector<PreTokenizerPtr> parts);

}  // namespace hodhod::text
