// SPDX-License-Identifier: Apache-2.0
#include "hodhod/train/metrics/characters.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>

namespace hodhod::metrics {
namespace {

// The code point of one character, or −1 for a stray byte.
utf8proc_int32_t code_point(std::string_view character) {
  utf8proc_int32_t code = -1;
  utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(character.data()),
                   static_cast<utf8proc_ssize_t>(character.size()), &code);
  return code;
}

void append(std::string& text, utf8proc_int32_t code) {
  std::array<utf8proc_uint8_t, 4> bytes;
  const auto size = utf8proc_encode_char(code, bytes.data());
  text.append(reinterpret_cast<const char*>(bytes.data()), static_cast<size_t>(size));
}

}  // namespace

std::vector<std::string_view> characters(std::string_view text) {
  std::vector<std::string_view> pieces;
  pieces.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    size_t size = 1;
    if (static_cast<unsigned char>(text[at]) >= 0x80) {
      utf8proc_int32_t code;
      const auto used = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data() + at),
                                         static_cast<utf8proc_ssize_t>(text.size() - at), &code);
      if (used > 0) size = static_cast<size_t>(used);
    }
    pieces.push_back(text.substr(at, size));
    at += size;
  }
  return pieces;
}

bool is_blank(std::string_view character) {
  const utf8proc_int32_t c = code_point(character);
  return (c >= 9 && c <= 13) || (c >= 28 && c <= 32) || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F ||
         c == 0x3000;
}

std::vector<std::string_view> words(std::string_view text) {
  std::vector<std::string_view> found;
  size_t begin = 0, at = 0;
  for (const std::string_view character : characters(text)) {
    if (is_blank(character)) {
      if (at > begin) found.push_back(text.substr(begin, at - begin));
      begin = at + character.size();
    }
    at += character.size();
  }
  if (at > begin) found.push_back(text.substr(begin));
  return found;
}

std::string_view without_blanks_at_end(std::string_view text) {
  size_t end = 0, at = 0;
  for (const std::string_view character : characters(text)) {
    at += character.size();
    if (!is_blank(character)) end = at;
  }
  return text.substr(0, end);
}

std::string lower_case(std::string_view text) {
  std::string lower;
  lower.reserve(text.size());
  for (const std::string_view character : characters(text)) {
    const utf8proc_int32_t code = code_point(character);
    if (code < 0) {
      lower.append(character);
    } else if (code == 0x130) {
      lower.append("i\u0307");  // the one character that Unicode lowers to two
    } else {
      append(lower, utf8proc_tolower(code));
    }
  }
  return lower;
}

bool is_chinese(std::string_view character) {
  struct Range {
    utf8proc_int32_t first, last;
  };
  static constexpr std::array<Range, 22> kRanges = {{
      {0x3400, 0x4DB5}, {0x4E00, 0x9FA5},   {0x9FA6, 0x9FBB},   {0xF900, 0xFA2D}, {0xFA30, 0xFA6A},
      {0xFA70, 0xFAD9}, {0x20000, 0x2A6D6}, {0x2F800, 0x2FA1D}, {0xFF00, 0xFFEF}, {0x2E80, 0x2EFF},
      {0x3000, 0x303F}, {0x31C0, 0x31EF},   {0x2F00, 0x2FDF},   {0x2FF0, 0x2FFF}, {0x3100, 0x312F},
      {0x31A0, 0x31BF}, {0xFE10, 0xFE1F},   {0xFE30, 0xFE4F},   {0x2600, 0x26FF}, {0x2700, 0x27BF},
      {0x3200, 0x32FF}, {0x3300, 0x33FF},
  }};
  const utf8proc_int32_t code = code_point(character);
  return std::any_of(kRanges.begin(), kRanges.end(),
                     [&](const Range& range) { return code >= range.first && code <= range.last; });
}

Kind kind_of(std::string_view character) {
  const utf8proc_int32_t code = code_point(character);
  if (code < 0) return Kind::other;
  switch (utf8proc_category(code)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
      return Kind::letter;
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
      return Kind::mark;
    case UTF8PROC_CATEGORY_PC:
    case UTF8PROC_CATEGORY_PD:
    case UTF8PROC_CATEGORY_PS:
    case UTF8PROC_CATEGORY_PE:
    case UTF8PROC_CATEGORY_PI:
    case UTF8PROC_CATEGORY_PF:
    case UTF8PROC_CATEGORY_PO:
      return Kind::punctuation;
    case UTF8PROC_CATEGORY_SM:
    case UTF8PROC_CATEGORY_SC:
    case UTF8PROC_CATEGORY_SK:
    case UTF8PROC_CATEGORY_SO:
      return Kind::symbol;
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
      return Kind::number;
    default:
      return Kind::other;
  }
}

}  // namespace hodhod::metrics
