// SPDX-License-Identifier: Apache-2.0
// Oniguruma's syntax, as Hugging Face's tokenizers take it, in PCRE2's.
#pragma once

#include <string>
#include <string_view>

namespace hodhod::text {

// What stands for sets of characters is written out as Oniguruma defines it (\w, \s, \b, [:punct:], \p{…} by
// script rather than script extensions, classes within classes, intersections), and so is what is written
// alike and means something else ((?m), (?i) in the middle of a group, X{n}?, X{n,m}+, X**, \v). Error,
// naming `where` and the place, for what has no counterpart or is not well formed.
std::string translate_pattern(std::string_view pattern, const std::string& where);

}  // namespace hodhod::text
