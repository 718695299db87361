// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/templates/value.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "hodhod/base/error.h"
#include "hodhod/base/utf8.h"

namespace hodhod::text::templates {
namespace {

// Values nest no deeper than this: a list that holds itself would otherwise print for ever.
constexpr int kDeepest = 64;

std::string float_literal(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  std::string text = fmt::format("{}", value);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

// As Python's repr: in ' unless the text has a ' and no ".
std::string string_literal(std::string_view text) {
  const bool single = text.find('\'') == std::string_view::npos || text.find('"') != std::string_view::npos;
  const char quote = single ? '\'' : '"';
  std::string out(1, quote);
  for (const char c : text) {
    if (c == quote || c == '\\') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\t') {
      out += "\\t";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  return out + quote;
}

std::string literal_of(const Value& value, int depth) {
  check(depth < kDeepest, "values nest deeper than {} levels", kDeepest);
  std::string out;
  if (value.is_list()) {
    const List& list = value.list();
    for (const Value& element : list.elements)
      out += (out.empty() ? "" : ", ") + literal_of(element, depth + 1);
    if (list.tuple) return "(" + out + (list.elements.size() == 1 ? ",)" : ")");
    return "[" + out + "]";
  }
  if (value.is_dict() || value.is_namespace()) {
    const Dict& dict = value.is_dict() ? value.dict() : value.space().members;
    for (const auto& [key, member] : dict.members)
      out += (out.empty() ? "" : ", ") + literal_of(key, depth + 1) + ": " + literal_of(member, depth + 1);
    return value.is_dict() ? "{" + out + "}" : "<Namespace {" + out + "}>";
  }
  if (value.is_string()) return string_literal(value.string());
  if (value.is_none()) return "None";
  if (value.is_undefined()) return "Undefined";
  if (value.is_boolean()) return value.truth() ? "True" : "False";
  if (value.is_integer()) return fmt::format("{}", value.integer());
  if (value.is_float()) return float_literal(value.number());
  return "<function " + value.function().name + ">";
}

void put_json_string(std::string& out, std::string_view text, bool ascii) {
  out += '"';
  for (size_t at = 0; at < text.size();) {
    const Character c = read_character(text, at);
    const char byte = text[at];
    if (c.code == '"' || c.code == '\\') {
      out += '\\';
      out += byte;
    } else if (c.code < 0x20) {
      constexpr std::string_view kShort = "btn\0fr";  // from U+0008
      const size_t place = c.code >= 8 ? c.code - 8 : kShort.size();
      if (place < 6 && kShort[place] != '\0') {
        out += '\\';
        out += kShort[place];
      } else {
        out += fmt::format("\\u{:04x}", static_cast<unsigned>(c.code));
      }
    } else if (ascii && c.code > 0x7E && c.code != kIllFormed) {
      const auto code = static_cast<uint32_t>(c.code);
      if (code >= 0x10000) {
        out += fmt::format("\\u{:04x}\\u{:04x}", 0xD7C0 + (code >> 10), 0xDC00 + (code & 0x3FF));
      } else {
        out += fmt::format("\\u{:04x}", code);
      }
    } else {
      out += text.substr(at, c.size);
    }
    at += c.size;
  }
  out += '"';
}

void put_json(std::string& out, const Value& value, const JsonLayout& layout, int depth) {
  check(depth < kDeepest, "tojson: values nest deeper than {} levels", kDeepest);
  const auto new_line = [&](int level) {
    if (layout.indent < 0) return;
    out += '\n';
    out.append(static_cast<size_t>(layout.indent) * static_cast<size_t>(level), ' ');
  };
  // Python breaks the line where it would put the blank after a comma.
  std::string separator = layout.item_separator;
  if (layout.indent >= 0)
    while (separator.ends_with(' ')) separator.pop_back();
  bool first = true;
  if (value.is_list()) {
    out += '[';
    for (const Value& element : value.list().elements) {
      if (!first) out += separator;
      first = false;
      new_line(depth + 1);
      put_json(out, element, layout, depth + 1);
    }
    if (!first) new_line(depth);
    out += ']';
  } else if (value.is_dict()) {
    out += '{';
    auto members = value.dict().members;
    if (layout.sort_keys)
      std::stable_sort(members.begin(), members.end(),
                       [](const auto& a, const auto& b) { return less(a.first, b.first); });
    for (const auto& [key, member] : members) {
      if (!first) out += separator;
      first = false;
      new_line(depth + 1);
      put_json_string(out, key.to_text(), layout.ascii);
      out += layout.key_separator;
      put_json(out, member, layout, depth + 1);
    }
    if (!first) new_line(depth);
    out += '}';
  } else if (value.is_string()) {
    put_json_string(out, value.string(), layout.ascii);
  } else if (value.is_none()) {
    out += "null";
  } else if (value.is_boolean()) {
    out += value.truth() ? "true" : "false";
  } else if (value.is_number()) {
    const std::string text = value.to_text();
    out += text == "nan" ? "NaN" : text == "inf" ? "Infinity" : text == "-inf" ? "-Infinity" : text;
  } else {
    fail("tojson: a value of kind {} has no JSON", value.kind());
  }
}

bool equal_dicts(const Dict& a, const Dict& b) {
  return a.members.size() == b.members.size() &&
         std::all_of(a.members.begin(), a.members.end(), [&](const auto& member) {
           const Value* other = b.find(member.first);
           return other != nullptr && *other == member.second;
         });
}

}  // namespace

const Value* Dict::find(const Value& key) const {
  for (const auto& [name, value] : members)
    if (name == key) return &value;
  return nullptr;
}

const Value* Dict::find(std::string_view key) const {
  for (const auto& [name, value] : members)
    if (name.is_string() && name.string() == key) return &value;
  return nullptr;
}

void Dict::set(const Value& key, Value value) {
  for (auto& [name, member] : members) {
    if (!(name == key)) continue;
    member = std::move(value);
    return;
  }
  members.emplace_back(key, std::move(value));
}

Value Value::from_json(const Json& json) {
  if (json.is_null()) return {};
  if (json.is_boolean()) return json.get<bool>();
  if (json.is_string()) return json.text();
  if (json.is_array()) {
    List list;
    for (const Json& element : json) list.elements.push_back(from_json(element));
    return list;
  }
  if (json.is_object()) {
    Dict dict;
    for (const auto& [key, member] : json.items()) dict.members.emplace_back(key, from_json(member));
    return dict;
  }
  if (const auto* whole = json.get_if<int64_t>()) return *whole;
  return json.get<double>();
}

int64_t Value::integer() const {
  if (const bool* truth = std::get_if<bool>(&value_)) return *truth ? 1 : 0;
  return std::get<int64_t>(value_);
}

double Value::number() const {
  return is_float() ? std::get<double>(value_) : static_cast<double>(integer());
}

bool Value::truth() const {
  if (is_none() || is_undefined()) return false;
  if (is_float()) return number() != 0;
  if (is_number()) return integer() != 0;
  if (is_string()) return !string().empty();
  if (is_list()) return !list().elements.empty();
  if (is_dict()) return !dict().members.empty();
  return true;
}

std::string_view Value::kind() const {
  if (is_list()) return list().tuple ? "tuple" : "list";
  constexpr std::string_view kKinds[] = {"none",   "undefined", "boolean", "integer",   "float",
                                         "string", "list",      "dict",    "namespace", "function"};
  return kKinds[value_.index()];
}

std::string Value::to_text() const {
  if (is_string()) return string();
  if (is_undefined()) return "";
  return literal_of(*this, 0);
}

std::string Value::to_literal() const { return literal_of(*this, 0); }

bool operator==(const Value& a, const Value& b) {
  if (a.is_number() && b.is_number()) {
    if (!a.is_float() && !b.is_float()) return a.integer() == b.integer();
    return a.number() == b.number();
  }
  if (a.value_.index() != b.value_.index()) return false;
  if (a.is_string()) return a.string() == b.string();
  if (a.is_list()) return a.list().tuple == b.list().tuple && a.list().elements == b.list().elements;
  if (a.is_dict()) return equal_dicts(a.dict(), b.dict());
  if (a.is_namespace()) return &a.space() == &b.space();
  if (a.is_function()) return &a.function() == &b.function();
  return true;  // none, undefined
}

bool less(const Value& a, const Value& b) {
  if (a.is_number() && b.is_number()) {
    if (!a.is_float() && !b.is_float()) return a.integer() < b.integer();
    return a.number() < b.number();
  }
  if (a.is_string() && b.is_string()) return a.string() < b.string();
  if (a.is_list() && b.is_list()) {
    const auto &x = a.list().elements, &y = b.list().elements;
    for (size_t i = 0; i < std::min(x.size(), y.size()); ++i)
      if (!(x[i] == y[i])) return less(x[i], y[i]);
    return x.size() < y.size();
  }
  fail("values of kind {} and {} have no order", a.kind(), b.kind());
}

std::string to_json(const Value& value, const JsonLayout& layout) {
  std::string out;
  put_json(out, value, layout, 0);
  return out;
}

}  // namespace hodhod::text::templates
