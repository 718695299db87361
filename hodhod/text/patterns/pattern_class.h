// SPDX-License-Identifier: Apache-2.0
// Character classes of patterns, with classes within classes and intersections.
#pragma once

#include <string>

#include "hodhod/text/patterns/pattern_reader.h"

namespace hodhod::text {

// A set of characters: the class [inside] or [^inside] of PCRE2, or an expression that takes one character.
struct CharacterSet {
  std::string inside = {};
  bool negated = false;
  std::string expression = {};  // when it is no plain class

  std::string to_pattern() const;
  CharacterSet complement() const;
};

// Reads [...] from its opening bracket to its closing one.
CharacterSet read_character_class(PatternReader& reader);
// Reads \w, \S, \p{Han} and similar escapes, starting at the backslash. `in_class`: within [ ].
CharacterSet read_set_escape(PatternReader& reader, bool in_class);

}  // namespace hodhod::text
