// SPDX-License-Identifier: Apache-2.0
// A pattern in Oniguruma's syntax, read from left to right.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hodhod::text {

class PatternReader {
 public:
  PatternReader(std::string_view pattern, std::string where) : text_(pattern), where_(std::move(where)) {}

  bool done() const { return at_ >= text_.size(); }
  bool starts_with(std::string_view what) const { return text_.substr(at_).starts_with(what); }
  // The byte at `offset` from here, or 0 past the end.
  char peek(size_t offset = 0) const { return at_ + offset < text_.size() ? text_[at_ + offset] : '\0'; }
  std::string_view rest() const { return text_.substr(at_); }
  void skip(size_t bytes) { at_ += bytes; }
  bool skip_if(std::string_view what);
  // The next character; there must be one.
  char32_t take_character();
  // The text before the next `end`, which is skipped too; an Error if there is none.
  std::string_view take_until(std::string_view end);

  // An escape for one character: \n, \x41, \x{41}, \u0041, \012, \o{12}, \cA, \. and similar.
  // Reads nothing if it is another kind of escape. `in_class`: within [ ], where \b is the backspace.
  std::optional<char32_t> take_character_escape(bool in_class);

  // Throws: WHERE: the pattern "…" is not valid: WHY, at byte N.
  [[noreturn]] void refuse(std::string_view why) const;

 private:
  char32_t take_number(int base, size_t most_digits);
  char32_t take_braced_number(int base);

  std::string_view text_;
  std::string where_;
  size_t at_ = 0;
};

// A character as PCRE2 takes it literally, inside and outside of classes.
std::string pattern_literal(char32_t code);

}  // namespace hodhod::text
