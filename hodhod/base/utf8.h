// SPDX-License-Identifier: Apache-2.0
// Characters of UTF-8 text that may be ill-formed (RFC 3629: no overlong forms, no surrogates, nothing above
// U+10FFFF).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace hodhod {

// The code of a byte that is not part of a well-formed character.
constexpr char32_t kIllFormed = 0xFFFFFFFF;

struct Character {
  char32_t code;
  uint32_t size;  // bytes; 1 when ill-formed
};

// The character that starts at `p` < `end`.
inline Character read_character(const char* p, const char* end) {
  const auto byte = [p](int i) { return static_cast<unsigned char>(p[i]); };
  const auto follows = [&](int i) { return p + i < end && (byte(i) & 0xC0) == 0x80; };
  const char32_t lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  if (lead < 0xC2) return {kIllFormed, 1};
  if (lead < 0xE0) {
    if (!follows(1)) return {kIllFormed, 1};
    return {(lead & 0x1F) << 6 | (byte(1) & 0x3Fu), 2};
  }
  if (lead < 0xF0) {
    if (!follows(1) || !follows(2)) return {kIllFormed, 1};
    const char32_t code = (lead & 0xF) << 12 | (byte(1) & 0x3Fu) << 6 | (byte(2) & 0x3Fu);
    if (code < 0x800 || (code >= 0xD800 && code < 0xE000)) return {kIllFormed, 1};
    return {code, 3};
  }
  if (lead < 0xF5 && follows(1) && follows(2) && follows(3)) {
    const char32_t code =
        (lead & 7) << 18 | (byte(1) & 0x3Fu) << 12 | (byte(2) & 0x3Fu) << 6 | (byte(3) & 0x3Fu);
    if (code >= 0x10000 && code < 0x110000) return {code, 4};
  }
  return {kIllFormed, 1};
}

inline Character read_character(std::string_view text, size_t at = 0) {
  return read_character(text.data() + at, text.data() + text.size());
}

// The character that ends at `at` > 0.
inline Character read_character_before(std::string_view text, size_t at) {
  for (uint32_t size = 1; size <= 4 && size <= at; ++size) {
    const Character c = read_character(text.data() + at - size, text.data() + at);
    if (c.size == size && c.code != kIllFormed) return c;
  }
  return {kIllFormed, 1};
}

// Appends the UTF-8 of a code point below 0x110000.
inline void append_utf8(std::string& out, char32_t code) {
  const auto put = [&](char32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | code >> 6);
    put(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    put(0xE0 | code >> 12);
    put(0x80 | (code >> 6 & 0x3F));
    put(0x80 | (code & 0x3F));
  } else {
    put(0xF0 | code >> 18);
    put(0x80 | (code >> 12 & 0x3F));
    put(0x80 | (code >> 6 & 0x3F));
    put(0x80 | (code & 0x3F));
  }
}

inline std::string to_utf8(char32_t code) {
  std::string out;
  append_utf8(out, code);
  return out;
}

// Bytes of the well-formed text that `text` begins with.
size_t well_formed_prefix(std::string_view text);
inline bool is_utf8(std::string_view text) { return well_formed_prefix(text) == text.size(); }

// The text with U+FFFD in place of each ill-formed byte.
std::string well_formed_utf8(std::string_view text);
// The same for people: each ill-formed byte as ⟨D9⟩.
std::string show_ill_formed(std::string_view text);

// Whether a byte continues a character that began before it.
inline bool is_continuation(char byte) { return (byte & 0xC0) == 0x80; }
// The beginning of a text, of at most `size` bytes, that ends where a character does.
inline std::string_view whole_characters(std::string_view text, size_t size) {
  if (size >= text.size()) return text;
  while (size > 0 && is_continuation(text[size])) --size;
  return text.substr(0, size);
}

// Characters in a text; an ill-formed byte counts as one.
size_t count_characters(std::string_view text);

// A text without the byte order mark that may stand at its start.
inline std::string_view without_byte_order_mark(std::string_view text) {
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  return text.starts_with(kMark) ? text.substr(kMark.size()) : text;
}

}  // namespace hodhod
