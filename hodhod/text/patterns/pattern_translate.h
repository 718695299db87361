// SPDX-License-Identifier: Apache-2.0
// Oniguruma's syntax, as Hugging Face's tokenizers take it, in PCRE2's.
#pragma once

#include <string>
#include <string_view>

namespace hodhod::text {

// Sets of characters are written out as Oniguruma defines them (\w, \s, \b, [:punct:], \p{…} by script rather
// than script extensions, classes within classes, intersections). So is syntax that exists in both and means
// something else in each ((?m), (?i) in the middle of a group, X{n}?, X{n,m}+, X**, \v). Error, naming
// `where` and the place, for syntax that has no counterpart or is not well formed.
std::string translate_pattern(std::string_view pattern, const std::string& where);

}  // namespace hodhod::text
