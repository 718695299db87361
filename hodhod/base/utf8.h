// SPDX-License-Identifier: Apache-2.0
// Is a text UTF-8?
#pragma once

#include <cstddef>
#include <string_view>

namespace hodhod {

// Where the first byte stands that begins no proper character (RFC 3629: no overlong forms, no surrogates,
// nothing above U+10FFFF), or npos when all is well.
size_t first_bad_utf8(std::string_view text);
inline bool is_utf8(std::string_view text) { return first_bad_utf8(text) == std::string_view::npos; }

}  // namespace hodhod
