// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/templates/scanner.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "hodhod/base/error.h"
#include "hodhod/base/utf8.h"
#include "hodhod/text/templates/syntax.h"

namespace hodhod::text::templates {
namespace {

constexpr std::string_view kBlanks = " \t\n\r\f\v";
constexpr std::array<std::string_view, 24> kSigns = {"**", "//", "==", "!=", "<=", ">=", "+", "-",
                                                     "*",  "/",  "%",  "~",  "<",  ">",  "=", "(",
                                                     ")",  "[",  "]",  "{",  "}",  ",",  ":", "."};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool begins_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c & 0x80) != 0;
}

class Scanner {
 public:
  Scanner(std::string_view source, const std::string& name) : source_(source), name_(name) {}

  std::vector<Segment> run() {
    if (source_.ends_with('\n')) source_.remove_suffix(1);
    while (at_ < source_.size()) {
      const size_t tag = next_tag();
      text(tag);
      if (tag == std::string_view::npos) break;
      const char kind = source_[tag + 1];
      at_ = tag + 2;
      if (at_ < source_.size() && (source_[at_] == '-' || source_[at_] == '+')) ++at_;
      if (kind == '#') {
        comment(tag);
      } else {
        tag_of(kind == '%', tag);
      }
    }
    return std::move(segments_);
  }

 private:
  [[noreturn]] void complain(size_t at, const std::string& what) const {
    fail("{}: {}", place_in_template(source_, name_, at), what);
  }

  size_t next_tag() const {
    for (size_t at = source_.find('{', at_); at != std::string_view::npos; at = source_.find('{', at + 1)) {
      const char next = at + 1 < source_.size() ? source_[at + 1] : '\0';
      if (next == '{' || next == '%' || next == '#') return at;
    }
    return std::string_view::npos;
  }

  // The text before the tag at `tag`, without the blanks that the tag removes.
  void text(size_t tag) {
    std::string_view found = source_.substr(at_, tag == std::string_view::npos ? tag : tag - at_);
    if (tag != std::string_view::npos) {
      const char sign = tag + 2 < source_.size() ? source_[tag + 2] : '\0';
      if (sign == '-') {
        found = found.substr(0, found.find_last_not_of(kBlanks) + 1);
      } else if (sign != '+' && source_[tag + 1] != '{') {
        const size_t line = found.rfind('\n') + 1;  // 0 if there is none
        const bool begins_line = line > 0 || at_ == 0 || source_[at_ - 1] == '\n';
        if (begins_line && found.find_first_not_of(" \t\f\v\r", line) == std::string_view::npos)
          found = found.substr(0, line);
      }
    }
    add_text(found);
  }

  void add_text(std::string_view found) {
    if (found.empty()) return;
    std::string unix_lines;
    for (size_t i = 0; i < found.size(); ++i) {
      if (found[i] != '\r') {
        unix_lines += found[i];
      } else if (i + 1 == found.size() || found[i + 1] != '\n') {
        unix_lines += '\n';
      }
    }
    segments_.push_back({.kind = Segment::Kind::text, .at = at_, .text = std::move(unix_lines)});
  }

  // After a tag: what its end removes. `block`: {% %} and {# #}, after which a line end goes.
  void after_tag(char sign, bool block) {
    if (sign == '-') {
      at_ = std::min(source_.find_first_not_of(kBlanks, at_), source_.size());
    } else if (block && sign != '+') {
      if (source_.substr(at_).starts_with("\r\n")) ++at_;
      if (at_ < source_.size() && source_[at_] == '\n') ++at_;
    }
  }

  void comment(size_t begin) {
    const size_t end = source_.find("#}", at_);
    if (end == std::string_view::npos) complain(begin, "the comment that begins here has no #}");
    const char sign = end > at_ ? source_[end - 1] : '\0';
    at_ = end + 2;
    after_tag(sign, true);
  }

  void tag_of(bool statement, size_t begin) {
    const char* closing = statement ? "%}" : "}}";
    Segment segment{.kind = statement ? Segment::Kind::statement : Segment::Kind::output, .at = begin};
    std::string open;  // brackets
    while (true) {
      at_ = std::min(source_.find_first_not_of(kBlanks, at_), source_.size());
      if (at_ == source_.size()) complain(begin, fmt::format("the tag that begins here has no {}", closing));
      if (open.empty()) {
        const std::string_view rest = source_.substr(at_);
        const bool sign = rest.size() > 2 && (rest[0] == '-' || (statement && rest[0] == '+'));
        if (rest.substr(sign ? 1 : 0).starts_with(closing)) {
          segment.tokens.push_back({.at = at_});
          at_ += sign ? 3 : 2;
          after_tag(sign ? rest[0] : '\0', statement);
          break;
        }
      }
      segment.tokens.push_back(token(open));
    }
    if (statement && segment.tokens[0].text == "raw" && segment.tokens.size() == 2) return raw(begin);
    segments_.push_back(std::move(segment));
  }

  // After {% raw %}: everything to {% endraw %} as text.
  void raw(size_t begin) {
    for (size_t end = source_.find("{%", at_); end != std::string_view::npos;
         end = source_.find("{%", end + 2)) {
      std::string_view inside = source_.substr(end + 2);
      const bool strips = inside.starts_with('-');
      if (strips || inside.starts_with('+')) inside.remove_prefix(1);
      inside.remove_prefix(std::min(inside.find_first_not_of(kBlanks), inside.size()));
      if (!inside.starts_with("endraw")) continue;
      inside.remove_prefix(6);
      inside.remove_prefix(std::min(inside.find_first_not_of(kBlanks), inside.size()));
      const char sign = inside.empty() ? '\0' : inside[0];
      if (sign == '-' || sign == '+') inside.remove_prefix(1);
      if (!inside.starts_with("%}")) continue;
      text(end);
      at_ = source_.size() - inside.size() + 2;
      return after_tag(sign, true);
    }
    complain(begin, "{% raw %} has no {% endraw %}");
  }

  SyntaxToken token(std::string& open) {
    const size_t begin = at_;
    const char c = source_[at_];
    if (c == '"' || c == '\'') return string(c);
    if (is_digit(c)) return number();
    if (begins_word(c)) {
      while (at_ < source_.size() && (begins_word(source_[at_]) || is_digit(source_[at_]))) ++at_;
      return {SyntaxToken::Kind::name, std::string(source_.substr(begin, at_ - begin)), begin};
    }
    if (c == '|') {
      ++at_;
      return {SyntaxToken::Kind::sign, "|", begin};
    }
    for (const std::string_view sign : kSigns) {
      if (!source_.substr(at_).starts_with(sign)) continue;
      at_ += sign.size();
      balance(open, sign[0], begin);
      return {SyntaxToken::Kind::sign, std::string(sign), begin};
    }
    complain(begin,
             fmt::format("unexpected \"{}\"", source_.substr(begin, read_character(source_, begin).size)));
  }

  void balance(std::string& open, char sign, size_t at) {
    const auto closes = [](char c) { return c == ')' ? '(' : c == ']' ? '[' : c == '}' ? '{' : '\0'; };
    if (sign == '(' || sign == '[' || sign == '{') open += sign;
    if (closes(sign) == '\0') return;
    if (open.empty() || open.back() != closes(sign))
      complain(at, fmt::format("\"{}\" closes nothing that is open", sign));
    open.pop_back();
  }

  SyntaxToken number() {
    const size_t begin = at_;
    bool real = false;
    const auto digits = [&] {
      while (at_ < source_.size() && (is_digit(source_[at_]) || source_[at_] == '_')) ++at_;
    };
    digits();
    if (at_ + 1 < source_.size() && source_[at_] == '.' && is_digit(source_[at_ + 1])) {
      real = true;
      ++at_;
      digits();
    }
    if (at_ + 1 < source_.size() && (source_[at_] == 'e' || source_[at_] == 'E')) {
      const size_t sign = source_[at_ + 1] == '+' || source_[at_ + 1] == '-' ? 1 : 0;
      if (at_ + 1 + sign < source_.size() && is_digit(source_[at_ + 1 + sign])) {
        real = true;
        at_ += 1 + sign;
        digits();
      }
    }
    std::string text(source_.substr(begin, at_ - begin));
    std::erase(text, '_');
    return {real ? SyntaxToken::Kind::real : SyntaxToken::Kind::integer, std::move(text), begin};
  }

  // A string, with Python's escapes.
  SyntaxToken string(char quote) {
    const size_t begin = at_++;
    std::string text;
    while (true) {
      if (at_ >= source_.size()) complain(begin, "the string that begins here is not closed");
      const char c = source_[at_++];
      if (c == quote) break;
      if (c != '\\' || at_ >= source_.size()) {
        text += c;
        continue;
      }
      escape(text, source_[at_++]);
    }
    return {SyntaxToken::Kind::string, std::move(text), begin};
  }

  void escape(std::string& text, char kind) {
    constexpr std::string_view kFrom = "abfnrtv\\'\"", kTo = "\a\b\f\n\r\t\v\\'\"";
    const size_t size = kind == 'x' ? 2 : kind == 'u' ? 4 : kind == 'U' ? 8 : 0;
    if (kind == '\n') return;
    if (const size_t place = kFrom.find(kind); place != std::string_view::npos) {
      text += kTo[place];
    } else if (size == 0) {
      text += '\\';
      text += kind;
    } else {
      const size_t begin = at_ - 2;
      uint32_t code = 0;
      for (size_t i = 0; i < size; ++i) {
        const size_t digit = at_ < source_.size()
                                 ? std::string_view("0123456789abcdef0123456789ABCDEF").find(source_[at_])
                                 : std::string_view::npos;
        if (digit == std::string_view::npos) complain(begin, fmt::format("\\{} needs {} digits", kind, size));
        code = code << 4 | static_cast<uint32_t>(digit % 16);
        ++at_;
      }
      if (code >= 0x110000 || (code >= 0xD800 && code < 0xE000))
        complain(begin, "there is no character with this number");
      append_utf8(text, code);
    }
  }

  std::string_view source_;
  const std::string& name_;
  size_t at_ = 0;
  std::vector<Segment> segments_;
};

}  // namespace

std::vector<Segment> scan_template(std::string_view source, const std::string& name) {
  return Scanner(source, name).run();
}

std::string place_in_template(std::string_view source, const std::string& name, size_t at) {
  const std::string_view before = source.substr(0, at);
  const size_t line = before.rfind('\n') + 1;
  return fmt::format("{}:{}:{}", name, std::count(before.begin(), before.end(), '\n') + 1,
                     count_characters(before.substr(line)) + 1);
}

}  // namespace hodhod::text::templates
