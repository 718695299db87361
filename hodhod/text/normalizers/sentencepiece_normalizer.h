// SPDX-License-Identifier: Apache-2.0
// SentencePiece's normaliser: the character map, and what becomes of white space, in one pass.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "hodhod/text/normalizers/normalizer.h"

namespace hodhod::text {

class Charsmap;

struct SentencePieceNormalizerOptions {
  std::shared_ptr<const Charsmap> charsmap;  // none: characters stay as they are
  bool add_dummy_prefix = true;              // a space before the text
  bool remove_extra_whitespaces = true;      // at both ends, and of a run all but one
  bool escape_whitespaces = true;            // spaces become ▁ (U+2581)
  bool treat_whitespace_as_suffix = false;   // the dummy prefix goes to the end instead
  std::vector<std::string> user_defined;     // left as they are
};

// As SentencePiece 0.1.97 does it, but that an ill-formed byte stays as it is instead of becoming U+FFFD.
//
// to_json gives a sequence of Hugging Face's normalisers that does the same (Precompiled, Strip, Replace,
// Prepend).
NormalizerPtr make_sentencepiece_normalizer(SentencePieceNormalizerOptions options);

}  // namespace hodhod::text
