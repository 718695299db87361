// SPDX-License-Identifier: Apache-2.0
#include <optional>

#include "hodhod/base/error.h"
#include "hodhod/text/pattern.h"

namespace hodhod::text {
namespace {

// White_Space and Oniguruma's word characters, as the inside of a class. PCRE2's own \s takes U+180E, and its
// \w leaves marks out.
constexpr std::string_view kSpaces =
    R"(\x{9}-\x{D}\x{20}\x{85}\x{A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000})";
constexpr std::string_view kWords =
    R"(\p{L}\p{M}\p{Nd}\p{Nl}\p{Pc}\x{24B6}-\x{24E9}\x{1F130}-\x{1F149}\x{1F150}-\x{1F169}\x{1F170}-\x{1F189})";
constexpr std::string_view kHexDigits = "0-9A-Fa-f";

class Translator {
 public:
  Translator(std::string_view pattern, const std::string& where) : in_(pattern), where_(where) {}

  std::string run() {
    while (at_ < in_.size()) {
      const char c = in_[at_];
      if (c == '\\') {
        atom_ = out_.size();
        escape(false);
      } else if (c == '[') {
        atom_ = out_.size();
        character_class();
      } else if (c == '(') {
        open_group();
      } else if (c == ')') {
        atom_ = groups_.empty() ? out_.size() : groups_.back();
        if (!groups_.empty()) groups_.pop_back();
        take(1);
      } else if (c == '{' && interval()) {
        continue;
      } else {
        if (c != '*' && c != '+' && c != '?' && (c & 0xC0) != 0x80) atom_ = out_.size();
        take(1);
      }
    }
    return std::move(out_);
  }

 private:
  void take(size_t n) {
    out_.append(in_.substr(at_, n));
    at_ += n;
  }

  // One backslash and what belongs to it.
  void escape(bool in_class) {
    if (at_ + 1 >= in_.size()) return take(1);
    const char c = in_[at_ + 1];
    const auto put = [&](std::string_view inside, bool negated) {
      check(!(in_class && negated), "{}: pattern \"{}\": \\{} in a class has no counterpart; write it out",
            where_, in_.substr(0, 200), c);
      if (in_class) {
        out_.append(inside);
      } else {
        out_.append(negated ? "[^" : "[").append(inside).append("]");
      }
      at_ += 2;
    };
    switch (c) {
      case 's':
        return put(kSpaces, false);
      case 'w':
        return put(kWords, false);
      case 'h':
        return put(kHexDigits, false);
      case 'H':
        return put(kHexDigits, true);
      case 'S':
        if (in_class) return take(2);
        return put(kSpaces, true);
      case 'W':
        if (in_class) return take(2);
        return put(kWords, true);
      case 'u':
        if (at_ + 6 <= in_.size()) {
          out_.append("\\x{").append(in_.substr(at_ + 2, 4)).append("}");
          at_ += 6;
          return;
        }
        return take(2);
      case 'p':
      case 'P': {
        const size_t close = in_.find('}', at_);
        return take(at_ + 2 < in_.size() && in_[at_ + 2] == '{' && close != in_.npos ? close + 1 - at_ : 2);
      }
      case 'x': {
        const size_t close = in_.find('}', at_);
        return take(at_ + 2 < in_.size() && in_[at_ + 2] == '{' && close != in_.npos ? close + 1 - at_ : 2);
      }
      default:
        return take(2);
    }
  }

  void character_class() {
    take(1);
    if (at_ < in_.size() && in_[at_] == '^') take(1);
    if (at_ < in_.size() && in_[at_] == ']') {
      out_.append("\\]");
      ++at_;
    }
    while (at_ < in_.size() && in_[at_] != ']') {
      if (in_[at_] == '\\') {
        escape(true);
      } else if (in_.substr(at_, 2) == "[:") {
        const size_t close = in_.find(":]", at_ + 2);
        check(close != in_.npos, "{}: pattern \"{}\": a class is not closed", where_, in_.substr(0, 200));
        take(close + 2 - at_);
      } else {
        check(in_[at_] != '[' && in_.substr(at_, 2) != "&&",
              "{}: pattern \"{}\": classes within classes and intersections (&&) are not known here; write "
              "the class out",
              where_, in_.substr(0, 200));
        take(1);
      }
    }
    take(1);
  }

  void open_group() {
    groups_.push_back(out_.size());
    take(1);
    if (at_ >= in_.size() || in_[at_] != '?') return;
    // Flags: Oniguruma's m is dot-all.
    size_t end = at_ + 1;
    while (end < in_.size() && (in_[end] == 'i' || in_[end] == 'm' || in_[end] == 'x' || in_[end] == '-'))
      ++end;
    if (end == at_ + 1 || end >= in_.size() || (in_[end] != ':' && in_[end] != ')')) return;
    for (; at_ < end; ++at_) out_.push_back(in_[at_] == 'm' ? 's' : in_[at_]);
  }

  // {n}, {n,}, {n,m}, {,m}; true when there was one.
  bool interval() {
    const size_t close = in_.find('}', at_);
    if (close == in_.npos) return false;
    const std::string_view inside = in_.substr(at_ + 1, close - at_ - 1);
    const size_t comma = inside.find(',');
    if (inside.empty() || inside == "," || inside.find_first_not_of("0123456789,") != inside.npos)
      return false;
    if (comma != inside.npos && inside.find(',', comma + 1) != inside.npos) return false;
    out_.append("{").append(comma == 0 ? "0" : "").append(inside).append("}");
    at_ = close + 1;
    if (at_ < in_.size() && in_[at_] == '+') {
      out_.insert(atom_, "(?:");
      out_.append(")+");
      ++at_;
    }
    return true;
  }

  std::string_view in_;
  const std::string& where_;
  std::string out_;
  std::vector<size_t> groups_;  // where the open groups start in out_
  size_t at_ = 0;
  size_t atom_ = 0;  // where the last atom starts in out_
};

}  // namespace

std::string translate_pattern(std::string_view pattern, const std::string& where) {
  return Translator(pattern, where).run();
}

}  // namespace hodhod::text
