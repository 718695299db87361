// SPDX-License-Identifier: Apache-2.0
// Restores English spacing after words were separated from punctuation.
#pragma once

#include <string>
#include <string_view>

namespace hodhod::text {

// Replaces every occurrence of `what`, which is not empty, from left to right.
void replace_all(std::string& text, std::string_view what, std::string_view with);

// Removes the spaces before . , ? ! and within English contractions, as Transformers does if
// clean_up_tokenization_spaces is set.
void clean_up(std::string& text);

}  // namespace hodhod::text
