// SPDX-License-Identifier: Apache-2.0
// Normalisers that treat each character by itself: lower case, strip, strip accents, NMT's cleaning, a
// prefix, the byte alphabet, BERT's.
#pragma once

#include <string_view>

#include "hodhod/text/normalizers/normalizer.h"

namespace hodhod::text {

NormalizerPtr make_lowercase();
// Removes white space at the ends.
NormalizerPtr make_strip(bool left = true, bool right = true);
// Removes marks (M*).
NormalizerPtr make_strip_accents();
// Removes control characters and writes every kind of white space as a space.
NormalizerPtr make_nmt();
// Puts `prefix` before a text that is not empty.
NormalizerPtr make_prepend(std::string_view prefix);
// Writes every byte as its character in the byte alphabet (`byte_alphabet.h`).
NormalizerPtr make_byte_level_normalizer();

struct BertNormalizerOptions {
  bool clean_text = true;
  bool handle_chinese_chars = true;
  int strip_accents = -1;  // 0 no, 1 yes, −1 as `lowercase`
  bool lowercase = true;
};
NormalizerPtr make_bert_normalizer(BertNormalizerOptions options = {});

}  // namespace hodhod::text
