// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/unicode/json_text.h"

#include <fmt/format.h>

#include "hodhod/base/utf8.h"

namespace hodhod::text {

void append_quoted_json(std::string& out, std::string_view text) {
  out.push_back('"');
  for (size_t i = 0; i < text.size();) {
    const Character c = read_character(text, i);
    if (c.code == '"' || c.code == '\\') {
      out.push_back('\\');
      out.push_back(static_cast<char>(c.code));
    } else if (c.code == '\n') {
      out.append("\\n");
    } else if (c.code < 0x20 || c.code == 0x7F) {
      out.append(fmt::format("\\u{:04x}", static_cast<uint32_t>(c.code)));
    } else if (c.code == kIllFormed) {
      out.append("\xEF\xBF\xBD");
    } else {
      out.append(text.substr(i, c.size));
    }
    i += c.size;
  }
  out.push_back('"');
}

}  // namespace hodhod::text
