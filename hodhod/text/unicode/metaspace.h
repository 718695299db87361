// SPDX-License-Identifier: Apache-2.0
// The mark of a space in tokens.
#pragma once

#include <string_view>

namespace hodhod::text {

// ▁ (U+2581), which stands for a space in the tokens of SentencePiece and similar tokenizers.
constexpr std::string_view kMetaspace = "\xE2\x96\x81";

}  // namespace hodhod::text
