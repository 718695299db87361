// SPDX-License-Identifier: Apache-2.0
// JSON texts of megabytes, such as the files of tokenizers, by a parser that reads them many bytes at a time.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "hodhod/base/json.h"

namespace hodhod {

// Texts from this size on are worth it.
inline constexpr size_t kLargeJson = 1 << 14;

// The value in `text`, the same that parse_json() gives. Nothing where that would fail, or might; it then
// says what is wrong and where.
std::optional<Json> parse_large_json(std::string_view text);

}  // namespace hodhod
