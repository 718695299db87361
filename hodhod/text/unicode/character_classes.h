// SPDX-License-Identifier: Apache-2.0
// Classes of characters (Unicode, by utf8proc's tables).
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "hodhod/base/utf8.h"

namespace hodhod::text {

enum CharacterClass : uint8_t {
  kLetter = 1,        // L*
  kNumber = 2,        // N*
  kSpace = 4,         // White_Space
  kPunctuation = 8,   // P*, and the ASCII symbols
  kMark = 16,         // M*
  kNonspacing = 32,   // Mn
  kWord = 64,         // \w of UTS 18: Alphabetic, M*, Nd, Pc, Join_Control
  kControlLike = 128  // Cc, Cf, Co
};

// The classes of one code point, from utf8proc's tables.
uint8_t compute_character_class(char32_t code);
// The classes of U+0000 … U+FFFF.
const std::array<uint8_t, 0x10000>& character_class_table();

// Classes of many code points. An ill-formed byte has none.
class CharacterClasses {
 public:
  CharacterClasses() : table_(character_class_table().data()) {}
  uint8_t operator()(char32_t code) const { return code < 0x10000 ? table_[code] : astral(code); }
  bool is(char32_t code, uint8_t classes) const { return ((*this)(code)&classes) != 0; }

 private:
  static uint8_t astral(char32_t code);
  const uint8_t* table_;
};

// Appends the lower case of a code point (full mapping, without context).
void append_lowercase(std::string& out, char32_t code);

}  // namespace hodhod::text
