// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/unicode/character_classes.h"

#include <utf8proc.h>

namespace hodhod::text {
namespace {

bool is_white_space(char32_t c) {
  return (c >= 9 && c <= 13) || c == 0x20 || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F ||
         c == 0x3000;
}

// Other_Alphabetic beyond marks: circled and squared letters.
bool is_symbol_letter(char32_t c) {
  return (c >= 0x24B6 && c <= 0x24E9) || (c >= 0x1F130 && c <= 0x1F149) || (c >= 0x1F150 && c <= 0x1F169) ||
         (c >= 0x1F170 && c <= 0x1F189);
}

}  // namespace

uint8_t compute_character_class(char32_t c) {
  if (c >= 0x110000) return 0;
  unsigned classes = 0;
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(c))) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
      classes = kLetter | kWord;
      break;
    case UTF8PROC_CATEGORY_MN:
      classes = kMark | kNonspacing | kWord;
      break;
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
      classes = kMark | kWord;
      break;
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
      classes = kNumber | kWord;
      break;
    case UTF8PROC_CATEGORY_NO:
      classes = kNumber;
      break;
    case UTF8PROC_CATEGORY_PC:
      classes = kPunctuation | kWord;
      break;
    case UTF8PROC_CATEGORY_PD:
    case UTF8PROC_CATEGORY_PS:
    case UTF8PROC_CATEGORY_PE:
    case UTF8PROC_CATEGORY_PI:
    case UTF8PROC_CATEGORY_PF:
    case UTF8PROC_CATEGORY_PO:
      classes = kPunctuation;
      break;
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CO:
      classes = kControlLike;
      break;
    default:
      break;
  }
  if (c < 0x80 && c > 0x20 && c != 0x7F && !(classes & (kLetter | kNumber))) classes |= kPunctuation;
  if (is_white_space(c)) classes |= kSpace;
  if (is_symbol_letter(c) || c == 0x200C || c == 0x200D) classes |= kWord;
  return static_cast<uint8_t>(classes);
}

const std::array<uint8_t, 0x10000>& character_class_table() {
  static const auto kTable = [] {
    std::array<uint8_t, 0x10000> classes;
    for (char32_t c = 0; c < classes.size(); ++c) classes[c] = compute_character_class(c);
    return classes;
  }();
  return kTable;
}

uint8_t CharacterClasses::astral(char32_t code) { return compute_character_class(code); }

void append_lowercase(std::string& out, char32_t code) {
  append_utf8(out, static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(code))));
  // The one code point whose lower case is two: capital I with a dot above.
  if (code == 0x130) append_utf8(out, 0x307);
}

}  // namespace hodhod::text
