// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/patterns/pattern_class.h"

#include <fmt/format.h>

#include <vector>

#include "hodhod/text/patterns/pattern_property.h"

namespace hodhod::text {
namespace {

constexpr int kDeepestClass = 50;

// What has been read between two && of a class.
struct Union {
  std::string items;                // of one class
  std::vector<std::string> others;  // expressions of one character

  void add(const CharacterSet& set) {
    if (!set.negated && set.expression.empty()) {
      items += set.inside;
    } else {
      others.push_back(set.to_pattern());
    }
  }

  CharacterSet result() const {
    if (others.empty()) return {.inside = items};
    std::string all = items.empty() ? "" : "[" + items + "]";
    for (const std::string& other : others) all += (all.empty() ? "" : "|") + other;
    return {.expression = "(?:" + all + ")"};
  }
};

CharacterSet intersection_of(const std::vector<CharacterSet>& sets) {
  if (sets.size() == 1) return sets[0];
  std::string all = "(?:";
  for (size_t i = 0; i + 1 < sets.size(); ++i) all += "(?=" + sets[i].to_pattern() + ")";
  return {.expression = all + sets.back().to_pattern() + ")"};
}

CharacterSet read_posix(PatternReader& reader) {
  reader.skip(2);
  const bool negated = reader.skip_if("^");
  const std::string_view name = reader.take_until(":]");
  const auto inside = posix_class(name);
  if (!inside) reader.refuse(fmt::format("there is no class [:{}:]", name.substr(0, 40)));
  return {.inside = std::string(*inside), .negated = negated};
}

class ClassReader {
 public:
  explicit ClassReader(PatternReader& reader) : reader_(reader) {}

  CharacterSet read(int depth) {
    if (depth > kDeepestClass) reader_.refuse("its classes are nested too deeply");
    reader_.skip(1);
    const bool negated = reader_.skip_if("^");
    std::vector<CharacterSet> sets;
    Union now;
    if (reader_.peek() == ']') {
      // The first one is a member, if another one closes the class.
      if (reader_.rest().find(']', 1) == std::string_view::npos) reader_.refuse("a class is empty");
      add_range(reader_.take_character(), now);
    }
    while (!reader_.skip_if("]")) {
      if (reader_.done()) reader_.refuse("a class is not closed");
      if (reader_.skip_if("&&")) {
        sets.push_back(now.result());
        now = {};
      } else {
        read_member(depth, now);
      }
    }
    sets.push_back(now.result());
    const CharacterSet all = intersection_of(sets);
    return negated ? all.complement() : all;
  }

 private:
  void read_member(int depth, Union& now) {
    if (reader_.starts_with("[:") && reader_.rest().find(":]") != std::string_view::npos) {
      now.add(read_posix(reader_));
    } else if (reader_.peek() == '[') {
      now.add(ClassReader(reader_).read(depth + 1));
    } else if (reader_.peek() != '\\') {
      add_range(reader_.take_character(), now);
      return;
    } else if (const auto code = reader_.take_character_escape(true)) {
      add_range(*code, now);
      return;
    } else {
      now.add(read_set_escape(reader_, true));
    }
    if (reader_.peek() == '-' && reader_.peek(1) != ']' && !reader_.starts_with("-&&")) {
      reader_.refuse("a range cannot begin with a set of characters; write the hyphen as \\-");
    }
  }

  // `first`, and what follows it when it begins a range.
  void add_range(char32_t first, Union& now) {
    now.items += pattern_literal(first);
    if (reader_.peek() != '-' || reader_.peek(1) == ']' || reader_.starts_with("-&&")) return;
    reader_.skip(1);
    if (reader_.done()) reader_.refuse("a class is not closed");
    std::optional<char32_t> last;
    if (reader_.peek() == '\\') {
      last = reader_.take_character_escape(true);
    } else if (reader_.peek() != '[') {
      last = reader_.take_character();
    }
    if (!last) reader_.refuse("a range cannot end in a set of characters");
    if (*last < first) reader_.refuse("a range ends before it begins");
    now.items += '-';
    now.items += pattern_literal(*last);
    // A hyphen after a range is itself.
    if (reader_.peek() == '-' && reader_.peek(1) != ']') {
      reader_.skip(1);
      now.items += pattern_literal('-');
    }
  }

  PatternReader& reader_;
};

}  // namespace

std::string CharacterSet::to_pattern() const {
  if (!expression.empty()) return expression;
  if (inside.empty()) return negated ? "(?s:.)" : "(?!)";
  return (negated ? "[^" : "[") + inside + "]";
}

CharacterSet CharacterSet::complement() const {
  if (expression.empty()) return {.inside = inside, .negated = !negated};
  return {.expression = "(?:(?!" + expression + ")(?s:.))"};
}

CharacterSet read_character_class(PatternReader& reader) { return ClassReader(reader).read(0); }

CharacterSet read_set_escape(PatternReader& reader, bool in_class) {
  const char letter = reader.peek(1);
  reader.skip(2);
  if (letter == 'p' || letter == 'P') {
    if (!reader.skip_if("{")) reader.refuse("\\p needs a name in braces");
    const bool negated = reader.skip_if("^") != (letter == 'P');
    const std::string_view name = reader.take_until("}");
    auto inside = property_class(name);
    if (!inside) {
      reader.refuse(fmt::format("there is no property \\p{{{}}} here", name.substr(0, 40)));
    }
    return {.inside = std::move(*inside), .negated = negated};
  }
  const bool negated = letter >= 'A' && letter <= 'Z';
  const char kind = static_cast<char>(negated ? letter - 'A' + 'a' : letter);
  if (kind == 'w' && !in_class) return {.inside = word_outside_class(), .negated = negated};
  return {.inside = std::string(class_of_escape(kind)), .negated = negated};
}

}  // namespace hodhod::text
