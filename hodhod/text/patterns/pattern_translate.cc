// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/patterns/pattern_translate.h"

#include <fmt/format.h>

#include <vector>

#include "hodhod/text/patterns/pattern_class.h"
#include "hodhod/text/patterns/pattern_property.h"
#include "hodhod/text/patterns/pattern_reader.h"

namespace hodhod::text {
namespace {

class Translator {
 public:
  Translator(std::string_view pattern, const std::string& where) : in_(pattern, where) {}

  std::string run() {
    while (!in_.done()) {
      if (in_.peek() == '(') {
        open_group();
      } else if (in_.peek() == ')') {
        close_group();
        quantifiers();
      } else if (in_.peek() == '|') {
        pass(1);
      } else if (!skip_comment()) {
        atom_ = out_.size();
        atom();
        quantifiers();
      }
    }
    if (groups_.size() > 1) in_.refuse("a group is not closed");
    return std::move(out_.append(groups_[0].closers, ')'));
  }

 private:
  struct Group {
    size_t start = 0;             // in out_
    size_t closers = 0;           // parentheses that (?i) and its like opened within it
    bool ignores_blanks = false;  // (?x)
  };

  void pass(size_t bytes) {
    out_ += in_.rest().substr(0, bytes);
    in_.skip(bytes);
  }

  // Blanks and comments without meaning.
  bool skip_comment() {
    if (!groups_.back().ignores_blanks) return false;
    if (std::string_view(" \t\n\r\f\v").find(in_.peek()) != std::string_view::npos) {
      in_.skip(1);
      return true;
    }
    if (in_.peek() != '#') return false;
    in_.skip(std::min(in_.rest().find('\n'), in_.rest().size()));
    return true;
  }

  void atom() {
    switch (in_.peek()) {
      case '\\':
        return escape();
      case '[':
        out_ += read_character_class(in_).to_pattern();
        return;
      case '.':
      case '^':
      case '$':
        return pass(1);
      case '*':
      case '+':
      case '?':
        in_.refuse("there is nothing to repeat");
      default:
        out_ += pattern_literal(in_.take_character());
    }
  }

  void escape() {
    if (const auto code = in_.take_character_escape(false)) {
      out_ += pattern_literal(*code);
      return;
    }
    const char kind = in_.peek(1);
    switch (kind) {
      case 'A':
      case 'Z':
      case 'z':
      case 'G':
      case 'K':
      case 'R':
      case 'X':
      case 'N':
        return pass(2);
      case 'O':
        in_.skip(2);
        out_ += "(?s:.)";
        return;
      case 'b':
      case 'B':
        return word_boundary(kind == 'B');
      case 'k':
      case 'g':
      case 'y':
      case 'Y':
        in_.refuse(fmt::format("\\{} is not supported", kind));
      default:
        break;
    }
    if (kind < '1' || kind > '9') {
      out_ += read_set_escape(in_, false).to_pattern();
      return;
    }
    if (in_.peek(2) >= '0' && in_.peek(2) <= '9') in_.refuse("only nine groups can be referred to");
    if (has_names_) in_.refuse("a group is referred to by number where groups have names");
    refers_ = true;
    pass(2);
  }

  void word_boundary(bool negated) {
    in_.skip(2);
    const std::string word = fmt::format("[{}]", word_outside_class());
    const std::string_view ahead[] = {"(?!", "(?="};
    out_ += fmt::format("(?:(?<={0}){1}{0})|(?<!{0}){2}{0}))", word, ahead[negated], ahead[!negated]);
  }

  void open_group() {
    if (in_.peek(1) == '*') in_.refuse("(*…) is not supported");
    if (in_.skip_if("(?#")) {
      in_.take_until(")");
      return;
    }
    Group group{.start = out_.size(), .ignores_blanks = groups_.back().ignores_blanks};
    for (const std::string_view opening : {"(?:", "(?=", "(?!", "(?>", "(?<=", "(?<!"}) {
      if (!in_.starts_with(opening)) continue;
      pass(opening.size());
      groups_.push_back(group);
      return;
    }
    if (in_.skip_if("(?<")) {
      // The name is not needed, since nothing can refer to it.
      in_.take_until(">");
      has_names_ = true;
      if (refers_) in_.refuse("a group is referred to by number where groups have names");
      out_ += "(";
    } else if (in_.peek(1) == '?') {
      return open_options(group);
    } else {
      pass(1);
    }
    groups_.push_back(group);
  }

  // (?imx-imx) and (?imx-imx:…). Oniguruma's m is PCRE2's s, and an option that stands alone holds to the end
  // of the group, over its alternatives: a(?i)b|c is a(?i:b|c).
  void open_options(Group group) {
    in_.skip(2);
    std::string options = "(?";
    for (bool off = false; in_.peek() != ':' && in_.peek() != ')'; in_.skip(1)) {
      const char c = in_.peek();
      if (std::string_view("-imx").find(c) == std::string_view::npos || in_.done()) {
        in_.refuse("this kind of group is not supported");
      }
      if (c == '-') off = true;
      if (c == 'x') group.ignores_blanks = !off;
      if (c != 'x') options += c == 'm' ? 's' : c;
    }
    out_ += options + ":";
    if (in_.skip_if(":")) {
      groups_.push_back(group);
      return;
    }
    in_.skip(1);
    groups_.back().ignores_blanks = group.ignores_blanks;
    ++groups_.back().closers;
  }

  void close_group() {
    if (groups_.size() == 1) in_.refuse("there is a closing parenthesis without an opening one");
    out_.append(groups_.back().closers, ')');
    atom_ = groups_.back().start;
    groups_.pop_back();
    pass(1);
  }

  void wrap_atom() {
    out_.insert(atom_, "(?:");
    out_ += ')';
  }

  void quantifiers() {
    for (bool first = true;; first = false) {
      while (skip_comment()) {
      }
      const std::string_view rest = in_.rest();
      const bool simple = rest.starts_with('*') || rest.starts_with('+') || rest.starts_with('?');
      const std::string interval = simple ? "" : take_interval();
      if (!simple && interval.empty()) return;
      if (!first) wrap_atom();
      if (simple) {
        pass(1);
        if (in_.peek() == '?' || in_.peek() == '+') pass(1);
        continue;
      }
      out_ += interval;
      if (in_.peek() != '?') continue;
      if (interval.find(',') != interval.npos) {
        pass(1);
      } else {
        // {n}? is no lazy repetition: n times, or not at all.
        in_.skip(1);
        wrap_atom();
        out_ += '?';
      }
    }
  }

  // {n}, {n,}, {n,m} or {,m}, read, as PCRE2 writes it; empty when there is none.
  std::string take_interval() {
    if (in_.peek() != '{') return "";
    const size_t close = in_.rest().find('}');
    if (close == std::string_view::npos) return "";
    const std::string_view inside = in_.rest().substr(1, close - 1);
    const size_t comma = inside.find(',');
    if (inside.empty() || inside == "," || inside.find_first_not_of("0123456789,") != inside.npos) return "";
    if (comma != inside.npos && inside.find(',', comma + 1) != inside.npos) return "";
    std::string interval(comma == 0 ? "{0" : "{");
    interval.append(inside).append("}");
    in_.skip(close + 1);
    return interval;
  }

  PatternReader in_;
  std::string out_;
  std::vector<Group> groups_ = {{}};  // those that are open; the first is the whole pattern
  size_t atom_ = 0;                   // where the last atom starts in out_
  bool has_names_ = false;            // some group has a name: others do not capture
  bool refers_ = false;               // some group is referred to by number
};

}  // namespace

std::string translate_pattern(std::string_view pattern, const std::string& where) {
  return Translator(pattern, where).run();
}

}  // namespace hodhod::text
