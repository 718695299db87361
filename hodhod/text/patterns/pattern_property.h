// SPDX-License-Identifier: Apache-2.0
// Named sets of characters in patterns, as Oniguruma defines them over Unicode, in PCRE2's words.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hodhod::text {

// Each gives what stands inside of a class, without its brackets: "\p{L}\p{M}".

// \w, \s, \h and \d, by their letter, as they are within a class.
std::string_view class_of_escape(char letter);
// \w, and what \b looks for, outside of a class: ² ³ ¹ ¼ ½ ¾ are words there.
std::string word_outside_class();
// [:name:]; nothing for a name that is none.
std::optional<std::string_view> posix_class(std::string_view name);
// \p{name}: a general category, a script (not its extensions), a binary property or a POSIX name. Blanks,
// hyphens, underscores and case do not matter. Nothing for other names.
std::optional<std::string> property_class(std::string_view name);

}  // namespace hodhod::text
