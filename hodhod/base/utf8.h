// SPDX-License-Identifier: Apache-2.0
// Is a text UTF-8, and a text that is, made of one that is not.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace hodhod {

// Where the first byte stands that begins no proper character (RFC 3629: no overlong forms, no surrogates,
// nothing above U+10FFFF), or npos when all is well.
size_t first_bad_utf8(std::string_view text);
inline bool is_utf8(std::string_view text) { return first_bad_utf8(text) == std::string_view::npos; }

// The text with U+FFFD in place of each byte that begins no proper character.
std::string well_formed_utf8(std::string_view text);

}  // namespace hodhod
