// SPDX-License-Identifier: Apache-2.0
// Methods of Python's str, list and dict.
#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <limits>
#include <map>

#include "hodhod/base/error.h"
#include "hodhod/base/utf8.h"
#include "hodhod/text/templates/functions.h"

namespace hodhod::text::templates {
namespace {

using Method = Value (*)(const Value& object, const Arguments& arguments);
using Methods = std::map<std::string_view, Method>;

// Python's str.isspace.
bool is_white(char32_t c) {
  if (c <= 0x20) return (c >= 0x09 && c <= 0x0D) || (c >= 0x1C && c <= 0x20);
  if (c == kIllFormed) return false;
  if (c == 0x85 || c == 0xA0) return true;
  const utf8proc_category_t category = utf8proc_category(static_cast<utf8proc_int32_t>(c));
  return category == UTF8PROC_CATEGORY_ZS || category == UTF8PROC_CATEGORY_ZL ||
         category == UTF8PROC_CATEGORY_ZP;
}

template <class Map>
std::string mapped(std::string_view text, Map map) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const Character c = read_character(text, at);
    if (c.code == kIllFormed) {
      out += text[at];
    } else {
      append_utf8(out, map(c.code));
    }
    at += c.size;
  }
  return out;
}

char32_t to_upper(char32_t c) {
  return static_cast<char32_t>(utf8proc_toupper(static_cast<utf8proc_int32_t>(c)));
}
char32_t to_lower(char32_t c) {
  return static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(c)));
}
bool is_letter(char32_t c) {
  const auto category = utf8proc_category(static_cast<utf8proc_int32_t>(c));
  return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO;
}

const std::string& string_at(const Arguments& arguments, size_t index, std::string_view name,
                             std::string_view method) {
  const Value* value = arguments.find(index, name);
  check(value != nullptr && value->is_string(), "{}: argument {} must be a string", method, index + 1);
  return value->string();
}

int64_t whole_at(const Arguments& arguments, size_t index, std::string_view name, int64_t fallback) {
  const Value* value = arguments.find(index, name);
  if (value == nullptr || value->is_none()) return fallback;
  check(value->is_integer(), "\"{}\" is of kind {}; give a whole number", name, value->kind());
  return value->integer();
}

bool affix(const Value& object, const Arguments& arguments, bool front, std::string_view method) {
  arguments.check(method, 1);
  const auto fits = [&](const Value& part) {
    check(part.is_string(), "{}: a value of kind {}; give a string", method, part.kind());
    return front ? object.string().starts_with(part.string()) : object.string().ends_with(part.string());
  };
  const Value* given = arguments.find(0, "");
  check(given != nullptr, "{}: give a string", method);
  if (!given->is_list()) return fits(*given);
  const auto& parts = given->list().elements;
  return std::any_of(parts.begin(), parts.end(), fits);
}

// At white space, as str.split() does.
List split_at_blanks(std::string_view text, int64_t most) {
  List out;
  size_t at = 0;
  while (true) {
    while (at < text.size() && is_white(read_character(text, at).code)) at += read_character(text, at).size;
    if (at >= text.size()) return out;
    if (most >= 0 && static_cast<int64_t>(out.elements.size()) == most) {
      out.elements.emplace_back(stripped(text.substr(at), nullptr, false, true));
      return out;
    }
    const size_t begin = at;
    while (at < text.size() && !is_white(read_character(text, at).code)) at += read_character(text, at).size;
    out.elements.emplace_back(std::string(text.substr(begin, at - begin)));
  }
}

Value split(const Value& object, const Arguments& arguments) {
  arguments.check("split", 2, {"sep", "maxsplit"});
  const std::string& text = object.string();
  const int64_t most = whole_at(arguments, 1, "maxsplit", -1);
  const Value* separator = arguments.find(0, "sep");
  if (separator == nullptr || separator->is_none()) return split_at_blanks(text, most);
  const std::string& sep = string_at(arguments, 0, "sep", "split");
  check(!sep.empty(), "split: the separator is empty");
  List out;
  size_t at = 0;
  while (most < 0 || static_cast<int64_t>(out.elements.size()) < most) {
    const size_t end = text.find(sep, at);
    if (end == std::string::npos) break;
    out.elements.emplace_back(text.substr(at, end - at));
    at = end + sep.size();
  }
  out.elements.emplace_back(text.substr(at));
  return out;
}

Value rsplit(const Value& object, const Arguments& arguments) {
  arguments.check("rsplit", 2, {"sep", "maxsplit"});
  const int64_t most = whole_at(arguments, 1, "maxsplit", -1);
  if (most < 0) return split(object, arguments);
  const std::string& sep = string_at(arguments, 0, "sep", "rsplit");
  check(!sep.empty(), "rsplit: the separator is empty");
  std::string_view text = object.string();
  List out;
  while (static_cast<int64_t>(out.elements.size()) < most) {
    const size_t begin = text.rfind(sep);
    if (begin == std::string_view::npos) break;
    out.elements.emplace_back(std::string(text.substr(begin + sep.size())));
    text = text.substr(0, begin);
  }
  out.elements.emplace_back(std::string(text));
  std::reverse(out.elements.begin(), out.elements.end());
  return out;
}

Value splitlines(const Value& object, const Arguments& arguments) {
  arguments.check("splitlines", 1, {"keepends"});
  const Value* keep = arguments.find(0, "keepends");
  const std::string& text = object.string();
  List out;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find_first_of("\n\r", at), text.size());
    const size_t next = end + (text.compare(end, 2, "\r\n") == 0 ? 2 : end < text.size() ? 1 : 0);
    out.elements.emplace_back(text.substr(at, (keep != nullptr && keep->truth() ? next : end) - at));
    at = next;
  }
  return out;
}

Value replace(const Value& object, const Arguments& arguments) {
  arguments.check("replace", 3, {"count"});
  const std::string &text = object.string(), &from = string_at(arguments, 0, "old", "replace"),
                    &to = string_at(arguments, 1, "new", "replace");
  int64_t left = whole_at(arguments, 2, "count", -1);
  std::string out;
  size_t at = 0;
  while (left != 0) {
    const size_t found = from.empty() ? at : text.find(from, at);
    if (found == std::string::npos || (from.empty() && at > text.size())) break;
    const size_t step = from.empty() && found < text.size() ? read_character(text, found).size : 0;
    out += text.substr(at, found - at) + to + text.substr(found, step);
    check_length(static_cast<double>(out.size()));
    at = found + (from.empty() ? step : from.size());
    --left;
    if (from.empty() && step == 0) return out;
  }
  return out + text.substr(at);
}

// The characters before `text` in the subject, or −1.
int64_t characters_before(const std::string& subject, size_t found) {
  if (found == std::string::npos) return -1;
  return static_cast<int64_t>(count_characters(std::string_view(subject).substr(0, found)));
}

Value count(const Value& object, const Arguments& arguments) {
  arguments.check("count", 1);
  const std::string& part = string_at(arguments, 0, "", "count");
  if (part.empty()) return static_cast<int64_t>(count_characters(object.string()) + 1);
  int64_t times = 0;
  for (size_t at = object.string().find(part); at != std::string::npos;
       at = object.string().find(part, at + part.size()))
    ++times;
  return times;
}

Value joined(const Value& object, const Arguments& arguments) {
  arguments.check("join", 1);
  const Value* parts = arguments.find(0, "");
  check(parts != nullptr, "join: give a list");
  std::string out;
  bool first = true;
  for (const Value& part : elements_of(*parts)) {
    check(part.is_string(), "join: an element is of kind {}; give strings", part.kind());
    if (!first) out += object.string();
    first = false;
    out += part.string();
    check_length(static_cast<double>(out.size()));
  }
  return out;
}

std::string titled(std::string_view text) {
  bool inside = false;
  return mapped(text, [&](char32_t c) {
    const char32_t out = inside ? to_lower(c) : to_upper(c);
    inside = is_letter(c);
    return out;
  });
}

std::string capitalized(std::string_view text) {
  bool first = true;
  return mapped(text, [&](char32_t c) { return std::exchange(first, false) ? to_upper(c) : to_lower(c); });
}

bool is_of_word(char32_t c) {
  if (c == '_') return true;
  const auto category = utf8proc_category(static_cast<utf8proc_int32_t>(c));
  return is_letter(c) || (category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO);
}

// Whether the text is not empty and all its characters are of this kind.
template <class Kind>
bool all_are(const std::string& text, Kind kind) {
  for (size_t at = 0; at < text.size(); at += read_character(text, at).size)
    if (!kind(read_character(text, at).code)) return false;
  return !text.empty();
}

// Whether there are letters of this case and none of the other.
bool has_case(const std::string& text, bool wants_upper) {
  return text == (wants_upper ? upper(text) : lower(text)) &&
         text != (wants_upper ? lower(text) : upper(text));
}

template <bool left, bool right>
Value strip(const Value& object, const Arguments& arguments) {
  arguments.check("strip", 1, {"chars"});
  return stripped(object.string(), arguments.find(0, "chars"), left, right);
}

const Methods& string_methods() {
  static const Methods kMethods = {
      {"strip", strip<true, true>},
      {"lstrip", strip<true, false>},
      {"rstrip", strip<false, true>},
      {"split", split},
      {"rsplit", rsplit},
      {"splitlines", splitlines},
      {"replace", replace},
      {"count", count},
      {"join", joined},
      {"upper", [](const Value& x, const Arguments&) { return Value(upper(x.string())); }},
      {"lower", [](const Value& x, const Arguments&) { return Value(lower(x.string())); }},
      {"title", [](const Value& x, const Arguments&) { return Value(titled(x.string())); }},
      {"capitalize", [](const Value& x, const Arguments&) { return Value(capitalized(x.string())); }},
      {"startswith",
       [](const Value& x, const Arguments& a) { return Value(affix(x, a, true, "startswith")); }},
      {"endswith", [](const Value& x, const Arguments& a) { return Value(affix(x, a, false, "endswith")); }},
      {"find",
       [](const Value& x, const Arguments& a) {
         return Value(characters_before(x.string(), x.string().find(string_at(a, 0, "", "find"))));
       }},
      {"rfind",
       [](const Value& x, const Arguments& a) {
         return Value(characters_before(x.string(), x.string().rfind(string_at(a, 0, "", "rfind"))));
       }},
      {"removeprefix",
       [](const Value& x, const Arguments& a) {
         const std::string& part = string_at(a, 0, "", "removeprefix");
         return Value(x.string().starts_with(part) ? x.string().substr(part.size()) : x.string());
       }},
      {"removesuffix",
       [](const Value& x, const Arguments& a) {
         const std::string& part = string_at(a, 0, "", "removesuffix");
         return Value(x.string().ends_with(part) ? x.string().substr(0, x.string().size() - part.size())
                                                 : x.string());
       }},
      {"isdigit",
       [](const Value& x, const Arguments&) {
         return Value(all_are(x.string(), [](char32_t c) {
           return c != kIllFormed &&
                  utf8proc_category(static_cast<utf8proc_int32_t>(c)) == UTF8PROC_CATEGORY_ND;
         }));
       }},
      {"isalpha",
       [](const Value& x, const Arguments&) {
         return Value(all_are(x.string(), [](char32_t c) { return c != kIllFormed && is_letter(c); }));
       }},
      {"isspace", [](const Value& x, const Arguments&) { return Value(all_are(x.string(), is_white)); }},
      {"isupper", [](const Value& x, const Arguments&) { return Value(has_case(x.string(), true)); }},
      {"islower", [](const Value& x, const Arguments&) { return Value(has_case(x.string(), false)); }},
  };
  return kMethods;
}

Value index_in_list(const Value& object, const Arguments& arguments) {
  arguments.check("index", 1);
  check(arguments.values.size() == 1, "index: give a value");
  const auto& elements = object.list().elements;
  const auto found = std::find(elements.begin(), elements.end(), arguments.values[0]);
  check(found != elements.end(), "index: {} is not in the list", arguments.values[0].to_literal());
  return static_cast<int64_t>(found - elements.begin());
}

const Methods& list_methods() {
  static const Methods kMethods = {
      {"index", index_in_list},
      {"count",
       [](const Value& x, const Arguments& a) {
         a.check("count", 1);
         check(a.values.size() == 1, "count: give a value");
         const auto& elements = x.list().elements;
         return Value(static_cast<int64_t>(std::count(elements.begin(), elements.end(), a.values[0])));
       }},
      {"copy", [](const Value& x, const Arguments&) { return Value(List(x.list())); }},
  };
  return kMethods;
}

const Methods& dict_methods() {
  static const Methods kMethods = {
      {"items",
       [](const Value& x, const Arguments&) {
         List pairs;
         for (const auto& [key, member] : x.dict().members)
           pairs.elements.emplace_back(List{{key, member}, true});
         return Value(std::move(pairs));
       }},
      {"keys", [](const Value& x, const Arguments&) { return Value(List{elements_of(x)}); }},
      {"values",
       [](const Value& x, const Arguments&) {
         List values;
         for (const auto& [key, member] : x.dict().members) values.elements.push_back(member);
         return Value(std::move(values));
       }},
      {"get",
       [](const Value& x, const Arguments& a) {
         a.check("get", 2, {"default"});
         check(!a.values.empty(), "get: give a key");
         if (const Value* member = x.dict().find(a.values[0])) return *member;
         const Value* fallback = a.find(1, "default");
         return fallback ? *fallback : Value();
       }},
      {"copy", [](const Value& x, const Arguments&) { return Value(Dict(x.dict())); }},
  };
  return kMethods;
}

const Methods* methods_of(const Value& object) {
  if (object.is_string()) return &string_methods();
  if (object.is_list()) return &list_methods();
  if (object.is_dict()) return &dict_methods();
  return nullptr;
}

}  // namespace

std::string stripped(std::string_view text, const Value* characters, bool left, bool right) {
  check(characters == nullptr || characters->is_none() || characters->is_string(),
        "strip: the characters are of kind {}; give a string", characters ? characters->kind() : "");
  const bool given = characters != nullptr && characters->is_string();
  const auto goes = [&](std::string_view part, char32_t code) {
    return given ? characters->string().find(part) != std::string::npos : is_white(code);
  };
  while (left && !text.empty()) {
    const Character c = read_character(text);
    if (!goes(text.substr(0, c.size), c.code)) break;
    text.remove_prefix(c.size);
  }
  while (right && !text.empty()) {
    const Character c = read_character_before(text, text.size());
    if (!goes(text.substr(text.size() - c.size), c.code)) break;
    text.remove_suffix(c.size);
  }
  return std::string(text);
}

size_t count_words(std::string_view text) {
  size_t words = 0;
  bool inside = false;
  for (size_t at = 0; at < text.size();) {
    const Character c = read_character(text, at);
    const bool word = c.code != kIllFormed && is_of_word(c.code);
    if (word && !inside) ++words;
    inside = word;
    at += c.size;
  }
  return words;
}

std::string upper(std::string_view text) {
  std::string out;
  for (size_t at = 0, size = 0; at < text.size(); at += size) {
    const std::string_view rest = text.substr(at);
    size = read_character(rest).size;
    // The only common letter whose upper case is two.
    out += rest.starts_with("ß") ? "SS" : mapped(rest.substr(0, size), to_upper);
  }
  return out;
}
std::string lower(std::string_view text) { return mapped(text, to_lower); }

bool has_method(const Value& object, std::string_view name) {
  const Methods* methods = methods_of(object);
  return methods != nullptr && methods->contains(name);
}

Value call_method(const Value& object, std::string_view name, const Arguments& arguments) {
  const Methods* methods = methods_of(object);
  const auto found = methods ? methods->find(name) : Methods::const_iterator();
  if (methods != nullptr && found != methods->end()) return found->second(object, arguments);
  for (const char* changing :
       {"append", "extend", "insert", "pop", "remove", "clear", "update", "sort", "reverse"}) {
    check(name != changing, "{}: lists and dicts cannot be changed in a template; make a new one with +",
          name);
  }
  std::string known;
  if (methods != nullptr)
    for (const auto& [other, method] : *methods) known += (known.empty() ? "" : ", ") + std::string(other);
  fail("a value of kind {} has no method \"{}\"; it has {}", object.kind(), name,
       known.empty() ? "none" : known);
}

}  // namespace hodhod::text::templates
