// SPDX-License-Identifier: Apache-2.0
// English spacing as it was before words were parted from punctuation.
#pragma once

#include <string>
#include <string_view>

namespace hodhod::text {

// Replaces every occurrence of `what`, which is not empty, from left to right.
void replace_all(std::string& text, std::string_view what, std::string_view with);

// Takes out the spaces before . , ? ! and within English contractions, as Transformers does where
// clean_up_tokenization_spaces is set.
void clean_up(std::string& text);

}  // namespace hodhod::text
