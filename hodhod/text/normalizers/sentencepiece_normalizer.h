// SPDX-License-Identifier: Apache-2.0
// SentencePiece's normaliser: the character map and the treatment of white space, in one pass.
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
  bool remove_extra_whitespaces = true;      // at both ends, and all but one of a run
  bool escape_whitespaces = true;            // spaces become ▁ (U+2581)
  bool treat_whitespace_as_suffix = false;   // the dummy prefix goes to the end instead
  std::vector<std::string> user_defined;     // left as they are
};

// As in SentencePiece 0.1.97, except that an ill-formed byte stays as it is instead of becoming U+FFFD.
//
// to_json returns an equivalent sequence of Hugging Face's normalisers (Precompiled, Strip, Replace,
// Prepend).
NormalizerPtr make_sentencepiece_normalizer(SentencePieceNormalizerOptions options);

}  // namespace hodhod::text
