// SPDX-License-Identifier: Apache-2.0
// Split: splits at every occurrence of a string, or every match of a pattern.
#pragma once

#include <string>
#include <string_view>

#include "hodhod/text/pre_tokenizers/pre_tokenizer.h"
#include "hodhod/text/pre_tokenizers/split_behavior.h"

namespace hodhod::text {

// With `invert`, the matches are the pieces and the rest are the delimiters.
PreTokenizerPtr make_split(std::string_view text, SplitBehavior behavior, bool invert = false);
// The pattern is in Oniguruma's syntax (`pattern.h`). Error, which begins with `where`, for one that is not.
PreTokenizerPtr make_split_pattern(std::string_view pattern, SplitBehavior behavior, bool invert = false,
                                   const std::string& where = "Split");

// Words as KenLM and fastText part them: at blanks, tabs, carriage returns and NUL, which are dropped. Each
// line feed is a piece of its own. Other white space is part of a word.
PreTokenizerPtr make_blank_split();

}  // namespace hodhod::text
