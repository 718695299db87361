// SPDX-License-Identifier: Apache-2.0
// ByteLevel, GPT-2's: cuts a text by GPT-2's pattern into pieces of raw bytes (SplitText::bytes).
#pragma once

#include "hodhod/text/pre_tokenizers/pre_tokenizer.h"

namespace hodhod::text {

struct ByteLevelOptions {
  bool add_prefix_space = true;
  bool trim_offsets = true;  // of no effect here; the post-processor of the same name heeds it
  bool use_regex = true;
};
PreTokenizerPtr make_byte_level(ByteLevelOptions options = {});

}  // namespace hodhod::text
