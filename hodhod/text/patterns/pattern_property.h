// SPDX-License-Identifier: Apache-2.0
// Named sets of characters in patterns: Oniguruma's definitions over Unicode, in PCRE2's syntax.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hodhod::text {

// Each function returns the inside of a class, without brackets: "\p{L}\p{M}".

// \w, \s, \h and \d, by their letter, as they are within a class.
std::string_view class_of_escape(char letter);
// \w outside of a class, and what \b looks for: there ² ³ ¹ ¼ ½ ¾ are word characters.
std::string word_outside_class();
// [:name:]; nothing for an unknown name.
std::optional<std::string_view> posix_class(std::string_view name);
// \p{name}: a general category, a script (not its extensions), a binary property or a POSIX name. Blanks,
// hyphens, underscores and case do not matter. Nothing for an unknown name.
std::optional<std::string> property_class(std::string_view name);

}  // namespace hodhod::text
