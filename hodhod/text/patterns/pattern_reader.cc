// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/patterns/pattern_reader.h"

#include <fmt/format.h>

#include "hodhod/base/error.h"
#include "hodhod/base/utf8.h"

namespace hodhod::text {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

int digit_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : 99;
}

// Letters whose escape has a special meaning, and never means the letter itself.
constexpr std::string_view kMeaningful = "wWsSdDhHbBpPAZzGKRXNOyYkg";

}  // namespace

bool PatternReader::skip_if(std::string_view what) {
  if (!starts_with(what)) return false;
  at_ += what.size();
  return true;
}

char32_t PatternReader::take_character() {
  const Character c = read_character(text_, at_);
  at_ += c.size;
  return c.code;
}

std::string_view PatternReader::take_until(std::string_view end) {
  const size_t found = text_.find(end, at_);
  if (found == text_.npos) refuse(fmt::format("\"{}\" is missing", end));
  const std::string_view inside = text_.substr(at_, found - at_);
  at_ = found + end.size();
  return inside;
}

char32_t PatternReader::take_number(int base, size_t most_digits) {
  char32_t value = 0;
  for (size_t n = 0; n < most_digits && digit_value(peek()) < base; ++n, ++at_) {
    value = value * static_cast<char32_t>(base) + static_cast<char32_t>(digit_value(peek()));
  }
  return value;
}

char32_t PatternReader::take_braced_number(int base) {
  if (digit_value(peek()) >= base) refuse("a number is expected in the braces");
  const char32_t value = take_number(base, 7);
  if (!skip_if("}")) refuse("one code point is expected in the braces");
  return value;
}

std::optional<char32_t> PatternReader::take_character_escape(bool in_class) {
  const char kind = peek(1);
  if (in_class && kind == 'b') {
    skip(2);
    return U'\b';
  }
  if (kMeaningful.find(kind) != std::string_view::npos && kind != '\0') {
    // Within a class only the sets of characters keep their meaning.
    constexpr std::string_view kSets = "wWsSdDhHpP";
    if (!in_class || kSets.find(kind) != std::string_view::npos) return std::nullopt;
  }
  if (!in_class && kind >= '1' && kind <= '9') return std::nullopt;
  skip(1);
  if (done()) refuse("it ends in a backslash");
  const char32_t code = take_character();
  constexpr std::pair<char32_t, char32_t> kControls[] = {{'t', 0x09}, {'v', 0x0B}, {'n', 0x0A}, {'r', 0x0D},
                                                         {'f', 0x0C}, {'a', 0x07}, {'e', 0x1B}};
  for (const auto& [letter, control] : kControls) {
    if (code == letter) return control;
  }
  if (code == 'x' && skip_if("{")) return take_braced_number(16);
  if (code == 'o' && skip_if("{")) return take_braced_number(8);
  if (code == 'x' || (code >= '0' && code <= '7')) {
    if (code != 'x') --at_;
    const char32_t byte = code == 'x' ? take_number(16, 2) : take_number(8, 3);
    if (byte >= 0x80) refuse("a byte is not a character; write \\x{…}");
    return byte;
  }
  if (code == 'u') {
    for (size_t i = 0; i < 4; ++i) {
      if (digit_value(peek(i)) >= 16) refuse("\\u needs four hexadecimal digits");
    }
    return take_number(16, 4);
  }
  if (code == 'c' && is_letter(peek())) return take_character() & 0x1F;
  if (code == 'c' || code == 'C' || code == 'M') refuse("control and meta characters are written as \\x{…}");
  return code;
}

void PatternReader::refuse(std::string_view why) const {
  fail("{}: the pattern \"{}\" is not valid: {}, at byte {}", where_, text_.substr(0, 200), why,
       std::min(at_, text_.size()));
}

std::string pattern_literal(char32_t code) {
  const bool plain = code >= 0x80 || is_letter(static_cast<char>(code)) || (code >= '0' && code <= '9');
  // Surrogates and numbers beyond Unicode are left to PCRE2, which refuses them.
  if (!plain || code >= 0x110000 || (code >= 0xD800 && code < 0xE000)) {
    return fmt::format("\\x{{{:X}}}", static_cast<uint32_t>(code));
  }
  return to_utf8(code);
}

}  // namespace hodhod::text
