// SPDX-License-Identifier: Apache-2.0
// Pre-tokenisers that look at each character by itself: white space, BERT's, punctuation, digits, a
// delimiter, scripts, a length.
#pragma once

#include <cstdint>
#include <string_view>

#include "hodhod/text/pre_tokenizers/pre_tokenizer.h"
#include "hodhod/text/pre_tokenizers/split_behavior.h"

namespace hodhod::text {

PreTokenizerPtr make_whitespace();        // \w+|[^\w\s]+
PreTokenizerPtr make_whitespace_split();  // on white space, which is dropped
PreTokenizerPtr make_bert_pre_tokenizer();
PreTokenizerPtr make_punctuation(SplitBehavior behavior = SplitBehavior::isolated);
PreTokenizerPtr make_digits(bool individual = false);
PreTokenizerPtr make_char_delimiter_split(std::string_view delimiter);
PreTokenizerPtr make_unicode_scripts();  // where the script changes; the Japanese scripts count as one
PreTokenizerPtr make_fixed_length(int64_t characters);

}  // namespace hodhod::text
