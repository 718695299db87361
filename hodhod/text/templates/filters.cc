// SPDX-License-Identifier: Apache-2.0
// Jinja's filters and tests.
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>

#include "hodhod/base/error.h"
#include "hodhod/base/utf8.h"
#include "hodhod/text/templates/functions.h"

namespace hodhod::text::templates {
namespace {

using Filter = Value (*)(const Value& value, const Arguments& arguments);
using Filters = std::map<std::string_view, Filter>;
using Test = bool (*)(const Value& value, const Arguments& arguments);
using Tests = std::map<std::string_view, Test>;

bool flag(const Arguments& arguments, size_t index, std::string_view name) {
  const Value* value = arguments.find(index, name);
  return value != nullptr && value->truth();
}

int64_t whole(const Arguments& arguments, size_t index, std::string_view name, int64_t fallback) {
  const Value* value = arguments.find(index, name);
  if (value == nullptr || value->is_none()) return fallback;
  check(value->is_integer() || value->is_boolean(), "\"{}\" is of kind {}; give a whole number", name,
        value->kind());
  return value->integer();
}

const Value& required(const Arguments& arguments, size_t index, std::string_view name) {
  const Value* value = arguments.find(index, name);
  check(value != nullptr, "argument {} is missing", index + 1);
  return *value;
}

// What sorting and comparing looks at: an attribute, in lower case unless case counts.
Value sort_key(const Value& element, const Value* attribute, bool case_sensitive) {
  Value key = attribute && !attribute->is_none() ? attribute_path(element, *attribute) : element;
  if (!case_sensitive && key.is_string()) return lower(key.string());
  return key;
}

Value sort(const Value& value, const Arguments& a) {
  a.check("sort", 3, {"reverse", "case_sensitive", "attribute"});
  List out{elements_of(value)};
  const bool reverse = flag(a, 0, "reverse"), exact = flag(a, 1, "case_sensitive");
  const Value* attribute = a.find(2, "attribute");
  std::stable_sort(out.elements.begin(), out.elements.end(), [&](const Value& x, const Value& y) {
    const Value p = sort_key(x, attribute, exact), q = sort_key(y, attribute, exact);
    return reverse ? less(q, p) : less(p, q);
  });
  return out;
}

Value dictsort(const Value& value, const Arguments& a) {
  a.check("dictsort", 3, {"case_sensitive", "by", "reverse"});
  check(value.is_dict(), "dictsort: a value of kind {}; give a dict", value.kind());
  const Value* by = a.find(1, "by");
  const Arguments sorting{.keywords = {{"attribute", int64_t{by && by->to_text() == "value" ? 1 : 0}},
                                       {"case_sensitive", flag(a, 0, "case_sensitive")},
                                       {"reverse", flag(a, 2, "reverse")}}};
  return sort(call_method(value, "items", {}), sorting);
}

// min and max.
template <bool largest>
Value extreme(const Value& value, const Arguments& a) {
  a.check(largest ? "max" : "min", 2, {"case_sensitive", "attribute"});
  const std::vector<Value> elements = elements_of(value);
  if (elements.empty()) return Undefined{largest ? "max of nothing" : "min of nothing"};
  const auto key = [&](const Value& x) {
    return sort_key(x, a.find(1, "attribute"), flag(a, 0, "case_sensitive"));
  };
  const Value* best = &elements[0];
  for (const Value& x : elements)
    if (largest ? less(key(*best), key(x)) : less(key(x), key(*best))) best = &x;
  return *best;
}

Value unique(const Value& value, const Arguments& a) {
  a.check("unique", 2, {"case_sensitive", "attribute"});
  std::vector<Value> seen;
  List out;
  for (const Value& x : elements_of(value)) {
    const Value key = sort_key(x, a.find(1, "attribute"), flag(a, 0, "case_sensitive"));
    if (std::find(seen.begin(), seen.end(), key) != seen.end()) continue;
    seen.push_back(key);
    out.elements.push_back(x);
  }
  return out;
}

Value sum(const Value& value, const Arguments& a) {
  a.check("sum", 2, {"attribute", "start"});
  const Value* attribute = a.find(0, "attribute");
  const Value* start = a.find(1, "start");
  double total = start ? start->number() : 0;
  bool integral = start == nullptr || !start->is_float();
  for (const Value& x : elements_of(value)) {
    const Value number = attribute && !attribute->is_none() ? attribute_path(x, *attribute) : x;
    check(number.is_number(), "sum: an element is of kind {}; give numbers", number.kind());
    integral = integral && !number.is_float();
    total += number.number();
  }
  if (integral) return static_cast<int64_t>(total);
  return total;
}

Value join(const Value& value, const Arguments& a) {
  a.check("join", 2, {"d", "attribute"});
  const Value* between = a.find(0, "d");
  const Value* attribute = a.find(1, "attribute");
  std::string out;
  bool first = true;
  for (const Value& x : elements_of(value)) {
    if (!first && between) out += between->to_text();
    first = false;
    out += (attribute ? attribute_path(x, *attribute) : x).to_text();
    check_length(static_cast<double>(out.size()));
  }
  return out;
}

// map(attribute='name', default=…) or map('filter', …).
Value map_each(const Value& value, const Arguments& a) {
  List out;
  const Value* attribute = a.values.empty() ? a.find(0, "attribute") : nullptr;
  if (attribute != nullptr) {
    a.check("map", 0, {"attribute", "default"});
    const Value* fallback = a.find(99, "default");
    for (const Value& x : elements_of(value)) {
      const Value found = attribute_path(x, *attribute);
      out.elements.push_back(found.is_undefined() && fallback ? *fallback : found);
    }
    return out;
  }
  const Value& name = required(a, 0, "filter");
  check(name.is_string(), "map: the filter's name is of kind {}", name.kind());
  Arguments rest{.values = {a.values.begin() + 1, a.values.end()}, .keywords = a.keywords};
  for (const Value& x : elements_of(value)) out.elements.push_back(apply_filter(name.string(), x, rest));
  return out;
}

// select, reject, selectattr and rejectattr: those whose value (or attribute) passes a test; without a test,
// those that are true.
template <bool wanted, bool by_attribute>
Value choose(const Value& value, const Arguments& a) {
  const size_t test = by_attribute ? 1 : 0;
  Arguments rest{.keywords = a.keywords};
  for (size_t i = test + 1; i < a.values.size(); ++i) rest.values.push_back(a.values[i]);
  List out;
  for (const Value& x : elements_of(value)) {
    const Value subject = by_attribute ? attribute_path(x, required(a, 0, "attribute")) : x;
    const bool passes =
        a.values.size() > test ? apply_test(a.values[test].to_text(), subject, rest) : subject.truth();
    if (passes == wanted) out.elements.push_back(x);
  }
  return out;
}

Value to_integer(const Value& value, const Arguments& a) {
  a.check("int", 2, {"default", "base"});
  const Value* fallback = a.find(0, "default");
  const int64_t base = whole(a, 1, "base", 10);
  check(base >= 2 && base <= 36, "int: base {}; give 2 to 36", base);
  if (value.is_float() && std::abs(value.number()) < 9e18) return static_cast<int64_t>(value.number());
  if (value.is_integer() || value.is_boolean()) return value.integer();
  if (value.is_string()) {
    const std::string text = stripped(value.string(), nullptr, true, true);
    const size_t sign = text.starts_with('+') ? 1 : 0;
    int64_t number = 0;
    const char* end = text.data() + text.size();
    const auto read = std::from_chars(text.data() + sign, end, number, static_cast<int>(base));
    if (read.ec == std::errc() && read.ptr == end) return number;
    double real = 0;
    const auto as_real = std::from_chars(text.data() + sign, end, real);
    if (as_real.ec == std::errc() && as_real.ptr == end && std::abs(real) < 9e18)
      return static_cast<int64_t>(real);
  }
  return fallback ? *fallback : Value(int64_t{0});
}

Value to_real(const Value& value, const Arguments& a) {
  a.check("float", 1, {"default"});
  const Value* fallback = a.find(0, "default");
  if (value.is_number()) return value.number();
  if (value.is_string()) {
    const std::string text = stripped(value.string(), nullptr, true, true);
    double real = 0;
    const char* end = text.data() + text.size();
    const auto read = std::from_chars(text.data() + (text.starts_with('+') ? 1 : 0), end, real);
    if (read.ec == std::errc() && read.ptr == end) return real;
  }
  return fallback ? *fallback : Value(0.0);
}

Value absolute(const Value& value, const Arguments& a) {
  a.check("abs", 0);
  check(value.is_number(), "abs: a value of kind {}; give a number", value.kind());
  if (value.is_float()) return std::abs(value.number());
  check(value.integer() != INT64_MIN, "abs: the number is too large");
  return std::abs(value.integer());
}

Value rounded(const Value& value, const Arguments& a) {
  a.check("round", 2, {"precision", "method"});
  check(value.is_number(), "round: a value of kind {}; give a number", value.kind());
  const int64_t digits = std::clamp<int64_t>(whole(a, 0, "precision", 0), -300, 300);
  const Value* given = a.find(1, "method");
  const std::string method = given ? given->to_text() : "common";
  check(method == "common" || method == "ceil" || method == "floor",
        "round: there is no method \"{}\"; there are common, ceil and floor", method);
  const double x = value.number(), factor = std::pow(10.0, static_cast<double>(digits));
  if (!std::isfinite(x)) return x;
  if (method == "ceil") return std::ceil(x * factor) / factor;
  if (method == "floor") return std::floor(x * factor) / factor;
  if (digits < 0) return std::nearbyint(x * factor) / factor;
  // By decimal digits, as Python rounds.
  const std::string text = fmt::format("{:.{}f}", x, static_cast<int>(digits));
  double out = x;
  std::from_chars(text.data(), text.data() + text.size(), out);
  return out;
}

Value indent(const Value& value, const Arguments& a) {
  a.check("indent", 3, {"width", "first", "blank"});
  const Value* given = a.find(0, "width");
  const int64_t width = given && given->is_string() ? 0 : whole(a, 0, "width", 4);
  check_length(static_cast<double>(width));
  const std::string blanks = given && given->is_string()
                                 ? given->string()
                                 : std::string(static_cast<size_t>(std::max<int64_t>(width, 0)), ' ');
  const bool first = flag(a, 1, "first"), empty = flag(a, 2, "blank");
  std::string out;
  bool begins = true;
  for (const Value& line : elements_of(call_method(value.to_text() + "\n", "splitlines", {}))) {
    if (!begins) out += '\n';
    if (begins ? first : empty || !line.string().empty()) out += blanks;
    begins = false;
    out += line.string();
    check_length(static_cast<double>(out.size()));
  }
  return out;
}

Value json_of(const Value& value, const Arguments& a) {
  a.check("tojson", 4, {"ensure_ascii", "indent", "separators", "sort_keys"});
  JsonLayout layout;
  // By position the first argument is ensure_ascii in Transformers and indent in Jinja; a number is an
  // indent.
  const Value* first = a.values.empty() ? nullptr : &a.values[0];
  const Value* width = first && first->is_integer() ? first : a.find(1, "indent");
  if (width && width->is_integer())
    layout.indent = static_cast<int>(std::clamp<int64_t>(width->integer(), 0, 64));
  const Value* ascii = first && first->is_integer() ? nullptr : a.find(0, "ensure_ascii");
  layout.ascii = ascii && ascii->truth();
  layout.sort_keys = flag(a, 3, "sort_keys");
  if (const Value* separators = a.find(2, "separators"); separators && !separators->is_none()) {
    const std::vector<Value> two = elements_of(*separators);
    check(two.size() == 2, "tojson: separators must be two texts");
    layout.item_separator = two[0].to_text();
    layout.key_separator = two[1].to_text();
  }
  std::string out = to_json(value, layout);
  check_length(static_cast<double>(out.size()));
  return out;
}

Value escape(const Value& value, const Arguments&) {
  std::string out;
  for (const char c : value.to_text()) {
    constexpr std::string_view kMarks = "&<>\"'";
    constexpr std::array<std::string_view, 5> kNames = {"&amp;", "&lt;", "&gt;", "&#34;", "&#39;"};
    const size_t mark = kMarks.find(c);
    out += mark == std::string_view::npos ? std::string_view(&c, 1) : kNames[mark];
  }
  return out;
}

Value reversed(const Value& value, const Arguments&) {
  std::vector<Value> elements = elements_of(value);
  std::reverse(elements.begin(), elements.end());
  if (!value.is_string()) return List{std::move(elements)};
  std::string out;
  for (const Value& c : elements) out += c.string();
  return out;
}

Value or_default(const Value& value, const Arguments& a) {
  a.check("default", 2, {"default_value", "boolean"});
  const bool missing = value.is_undefined() || (flag(a, 1, "boolean") && !value.truth());
  const Value* fallback = a.find(0, "default_value");
  return !missing ? value : fallback ? *fallback : Value("");
}

Value edge(const Value& value, bool front) {
  const std::vector<Value> elements = elements_of(value);
  if (elements.empty()) return Undefined{front ? "first of nothing" : "last of nothing"};
  return front ? elements.front() : elements.back();
}

// A method of strings as a filter, on the value's text.
template <const char* name>
Value by_method(const Value& value, const Arguments& a) {
  return call_method(value.to_text(), name, a);
}
constexpr char kUpper[] = "upper", kLower[] = "lower", kTitle[] = "title", kCapitalize[] = "capitalize",
               kStrip[] = "strip", kReplace[] = "replace";

const Filters& all_filters() {
  static const Filters kFilters = {
      {"upper", by_method<kUpper>},
      {"lower", by_method<kLower>},
      {"title", by_method<kTitle>},
      {"capitalize", by_method<kCapitalize>},
      {"trim", by_method<kStrip>},
      {"replace", by_method<kReplace>},
      {"default", or_default},
      {"d", or_default},
      {"tojson", json_of},
      {"length", [](const Value& x, const Arguments&) { return Value(static_cast<int64_t>(length_of(x))); }},
      {"count", [](const Value& x, const Arguments&) { return Value(static_cast<int64_t>(length_of(x))); }},
      {"first", [](const Value& x, const Arguments&) { return edge(x, true); }},
      {"last", [](const Value& x, const Arguments&) { return edge(x, false); }},
      {"list", [](const Value& x, const Arguments&) { return Value(List{elements_of(x)}); }},
      {"items",
       [](const Value& x, const Arguments&) {
         return x.is_undefined() ? Value(List{}) : call_method(x, "items", {});
       }},
      {"string", [](const Value& x, const Arguments&) { return Value(x.to_text()); }},
      {"safe", [](const Value& x, const Arguments&) { return Value(x.to_text()); }},
      {"escape", escape},
      {"e", escape},
      {"int", to_integer},
      {"float", to_real},
      {"abs", absolute},
      {"round", rounded},
      {"join", join},
      {"map", map_each},
      {"select", choose<true, false>},
      {"reject", choose<false, false>},
      {"selectattr", choose<true, true>},
      {"rejectattr", choose<false, true>},
      {"sort", sort},
      {"dictsort", dictsort},
      {"min", extreme<false>},
      {"max", extreme<true>},
      {"unique", unique},
      {"sum", sum},
      {"reverse", reversed},
      {"indent", indent},
      {"wordcount", [](const Value& x,
                       const Arguments&) { return Value(static_cast<int64_t>(count_words(x.to_text()))); }},
  };
  return kFilters;
}

int64_t integer_of(const Value& value, std::string_view test) {
  check(value.is_integer() || value.is_boolean(), "{}: a value of kind {}; give a whole number", test,
        value.kind());
  return value.integer();
}

int64_t remainder_of(const Value& value, const Value& divisor) {
  const int64_t by = integer_of(divisor, "divisibleby");
  check(by != 0, "divisibleby: 0 divides nothing");
  return by == -1 ? 0 : integer_of(value, "divisibleby") % by;
}

// Undefined is an empty sequence, as in Jinja.
bool holds_elements(const Value& x) {
  return x.is_list() || x.is_dict() || x.is_string() || x.is_undefined();
}

const Tests& all_tests() {
  static const Test kEqual = [](const Value& x, const Arguments& a) { return x == required(a, 0, ""); };
  static const Test kUnequal = [](const Value& x, const Arguments& a) { return !(x == required(a, 0, "")); };
  static const Test kBelow = [](const Value& x, const Arguments& a) { return less(x, required(a, 0, "")); };
  static const Test kAbove = [](const Value& x, const Arguments& a) { return less(required(a, 0, ""), x); };
  static const Test kAtMost = [](const Value& x, const Arguments& a) { return !less(required(a, 0, ""), x); };
  static const Test kAtLeast = [](const Value& x, const Arguments& a) {
    return !less(x, required(a, 0, ""));
  };
  static const Tests kTests = {
      {"defined", [](const Value& x, const Arguments&) { return !x.is_undefined(); }},
      {"undefined", [](const Value& x, const Arguments&) { return x.is_undefined(); }},
      {"none", [](const Value& x, const Arguments&) { return x.is_none(); }},
      {"string", [](const Value& x, const Arguments&) { return x.is_string(); }},
      {"number", [](const Value& x, const Arguments&) { return x.is_number(); }},
      {"integer", [](const Value& x, const Arguments&) { return x.is_integer(); }},
      {"float", [](const Value& x, const Arguments&) { return x.is_float(); }},
      {"boolean", [](const Value& x, const Arguments&) { return x.is_boolean(); }},
      {"true", [](const Value& x, const Arguments&) { return x.is_boolean() && x.truth(); }},
      {"false", [](const Value& x, const Arguments&) { return x.is_boolean() && !x.truth(); }},
      {"mapping", [](const Value& x, const Arguments&) { return x.is_dict(); }},
      {"sequence", [](const Value& x, const Arguments&) { return holds_elements(x); }},
      {"iterable", [](const Value& x, const Arguments&) { return holds_elements(x); }},
      {"callable", [](const Value& x, const Arguments&) { return x.is_function(); }},
      {"odd", [](const Value& x, const Arguments&) { return integer_of(x, "odd") % 2 != 0; }},
      {"even", [](const Value& x, const Arguments&) { return integer_of(x, "even") % 2 == 0; }},
      {"divisibleby",
       [](const Value& x, const Arguments& a) { return remainder_of(x, required(a, 0, "num")) == 0; }},
      {"upper",
       [](const Value& x, const Arguments&) { return x.is_string() && x.string() == upper(x.string()); }},
      {"lower",
       [](const Value& x, const Arguments&) { return x.is_string() && x.string() == lower(x.string()); }},
      {"in", [](const Value& x, const Arguments& a) { return contains(required(a, 0, ""), x); }},
      {"eq", kEqual},
      {"==", kEqual},
      {"equalto", kEqual},
      {"sameas", kEqual},
      {"ne", kUnequal},
      {"!=", kUnequal},
      {"lt", kBelow},
      {"<", kBelow},
      {"lessthan", kBelow},
      {"gt", kAbove},
      {">", kAbove},
      {"greaterthan", kAbove},
      {"le", kAtMost},
      {"<=", kAtMost},
      {"ge", kAtLeast},
      {">=", kAtLeast},
  };
  return kTests;
}

template <class Table>
std::string names_in(const Table& table) {
  std::string out;
  for (const auto& [name, entry] : table) out += (out.empty() ? "" : ", ") + std::string(name);
  return out;
}

}  // namespace

Value apply_filter(std::string_view name, const Value& value, const Arguments& arguments) {
  const auto found = all_filters().find(name);
  check(found != all_filters().end(), "there is no filter \"{}\"; there are {}", name,
        names_in(all_filters()));
  return found->second(value, arguments);
}

bool apply_test(std::string_view name, const Value& value, const Arguments& arguments) {
  const auto found = all_tests().find(name);
  check(found != all_tests().end(), "there is no test \"{}\"; there are {}", name, names_in(all_tests()));
  return found->second(value, arguments);
}

}  // namespace hodhod::text::templates
