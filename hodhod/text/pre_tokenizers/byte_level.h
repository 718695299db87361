// SPDX-License-Identifier: Apache-2.0
// ByteLevel, as in GPT-2: splits a text by GPT-2's pattern into pieces of raw bytes (SplitText::bytes).
#pragma once

#include "hodhod/text/pre_tokenizers/pre_tokenizer.h"

namespace hodhod::text {

struct ByteLevelOptions {
  bool add_prefix_space = true;
  bool trim_offsets = true;  // no effect here; the post-processor of the same name uses it
  bool use_regex = true;
};
PreTokenizerPtr make_byte_level(ByteLevelOptions options = {});

}  // namespace hodhod::text
