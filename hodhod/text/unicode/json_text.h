// SPDX-License-Identifier: Apache-2.0
// Writing JSON text in pieces, for values that are too big to be built as a Json first.
#pragma once

#include <string>
#include <string_view>

namespace hodhod::text {

// Appends `text` as a JSON string, quotes included; an ill-formed byte becomes U+FFFD.
void append_quoted_json(std::string& out, std::string_view text);
inline std::string quote_json(std::string_view text) {
  std::string out;
  append_quoted_json(out, text);
  return out;
}

}  // namespace hodhod::text
