// SPDX-License-Identifier: Apache-2.0
// A template cut into text, {{ expressions }} and {% statements %}, and these into tokens.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace hodhod::text::templates {

struct SyntaxToken {
  enum class Kind { name, string, integer, real, sign, end };
  Kind kind = Kind::end;
  std::string text = {};  // of a string its value
  size_t at = 0;          // byte of the template
};

struct Segment {
  enum class Kind { text, output, statement };
  Kind kind = Kind::text;
  size_t at = 0;
  std::string text = {};
  std::vector<SyntaxToken> tokens = {};  // closed by one of kind end
};

// The segments, with white space around tags removed as Jinja's trim_blocks, lstrip_blocks, `-` and `+` ask,
// without comments and without the last line end of the template. What stands between {% raw %} and
// {% endraw %} is text. Errors say NAME:LINE:COLUMN.
std::vector<Segment> scan_template(std::string_view source, const std::string& name);

}  // namespace hodhod::text::templates
