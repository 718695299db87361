// SPDX-License-Identifier: Apache-2.0
#include "cli/toml.h"

#include <algorithm>
#include <charconv>

#include "hodhod/base/error.h"
#include "hodhod/base/json.h"
#include "hodhod/base/utf8.h"

namespace hodhod::cli {
namespace {

bool is_key_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

// A number without the underscores that TOML allows between digits; empty if it is not a number.
std::string number_of(std::string word) {
  if (word.starts_with('+')) word.erase(0, 1);
  word.erase(std::remove(word.begin(), word.end(), '_'), word.end());
  double number = 0;
  const auto [end, problem] = std::from_chars(word.data(), word.data() + word.size(), number);
  return problem == std::errc() && end == word.data() + word.size() ? word : "";
}

class TomlReader {
 public:
  TomlReader(std::string_view text, const std::string& name)
      : text_(without_byte_order_mark(text)), name_(name) {
    check(is_utf8(text), "{}: is not UTF-8", name);
  }

  std::vector<TomlEntry> read() {
    std::vector<TomlEntry> entries;
    std::string section;
    for (skip(true); at_ < text_.size(); skip(true)) {
      if (take('[')) {
        section = dotted_key();
        need(']');
      } else {
        TomlEntry entry{.section = section, .key = key(), .place = place()};
        for (const TomlEntry& other : entries) {
          check(other.section != section || other.key != entry.key, "{}: {} is set at {} too; remove one",
                entry.place, entry.key, other.place);
        }
        skip(false);
        need('=');
        skip(false);
        read_value(entry);
        entries.push_back(std::move(entry));
      }
      skip(false);
      check(at_ >= text_.size() || text_[at_] == '\n', "{}: expected the end of the line, found \"{}\"",
            place(), rest_of_line());
    }
    return entries;
  }

 private:
  std::string place() const {
    return fmt::format("{}:{}", name_,
                       1 + std::count(text_.begin(), text_.begin() + static_cast<ptrdiff_t>(at_), '\n'));
  }
  std::string_view rest_of_line() const {
    const std::string_view rest = text_.substr(at_);
    return rest.substr(0, rest.find_first_of("\r\n"));
  }

  // Skips blanks and comments; with `lines`, line ends too.
  void skip(bool lines) {
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '#') {
        at_ = std::min(text_.find('\n', at_), text_.size()) - 1;
      } else if (c != ' ' && c != '\t' && c != '\r' && (c != '\n' || !lines)) {
        return;
      }
    }
  }
  bool take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void need(char c) { check(take(c), "{}: expected {}, found \"{}\"", place(), c, rest_of_line()); }

  std::string key() {
    if (at_ < text_.size() && (text_[at_] == '"' || text_[at_] == '\'')) return quoted();
    const size_t begin = at_;
    while (at_ < text_.size() && is_key_character(text_[at_])) ++at_;
    check(at_ > begin, "{}: expected NAME = VALUE or [SECTION], found \"{}\"", place(), rest_of_line());
    return std::string(text_.substr(begin, at_ - begin));
  }
  std::string dotted_key() {
    std::string name = key();
    while (take('.')) name.append(".").append(key());
    return name;
  }

  void read_value(TomlEntry& entry) {
    if (!take('[')) {
      entry.values.push_back(single());
      return;
    }
    entry.is_list = true;
    for (skip(true); !take(']'); skip(true)) {
      check(at_ < text_.size(), "{}: the list of {} is not closed", entry.place, entry.key);
      entry.values.push_back(single());
      skip(true);
      if (!take(','))
        check(at_ < text_.size() && text_[at_] == ']', "{}: expected , or ], found \"{}\"", place(),
              rest_of_line());
    }
  }

  std::string single() {
    if (at_ < text_.size() && (text_[at_] == '"' || text_[at_] == '\'')) return quoted();
    const size_t begin = at_;
    while (at_ < text_.size() && (is_key_character(text_[at_]) || text_[at_] == '.' || text_[at_] == '+'))
      ++at_;
    std::string word(text_.substr(begin, at_ - begin));
    if (word == "true" || word == "false") return word;
    const std::string number = number_of(word);
    if (number.empty()) {
      at_ = begin;
      fail("{}: expected a number, true, false, a list, or a text in quotes, found \"{}\"", place(),
           rest_of_line());
    }
    return number;
  }

  // Reads a string: 'literal', or "with escapes" as in JSON.
  std::string quoted() {
    const char quote = text_[at_];
    const size_t begin = at_++;
    while (at_ < text_.size() && text_[at_] != quote && text_[at_] != '\n') {
      at_ += text_[at_] == '\\' && quote == '"' ? 2 : 1;
    }
    check(at_ < text_.size() && text_[at_] == quote, "{}: the quotes are not closed", place());
    ++at_;
    const std::string_view whole = text_.substr(begin, at_ - begin);
    if (quote == '\'') return std::string(whole.substr(1, whole.size() - 2));
    return json_as<std::string>(parse_json(whole, place()), place());
  }

  std::string_view text_;
  const std::string& name_;
  size_t at_ = 0;
};

}  // namespace

std::vector<TomlEntry> read_toml(std::string_view text, const std::string& name) {
  return TomlReader(text, name).read();
}

}  // namespace hodhod::cli
