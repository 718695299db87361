// SPDX-License-Identifier: Apache-2.0
#include "hodhod/base/visit.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <unordered_map>

#include "hodhod/base/error.h"

namespace hodhod {
namespace {

template <class... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};
template <class... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

template <class T>
constexpr bool kIsVector = false;
template <class T>
constexpr bool kIsVector<std::vector<T>> = true;
template <class T>
constexpr bool kIsOptional = false;
template <class T>
constexpr bool kIsOptional<std::optional<T>> = true;

// The shortest text that reads back as the same float, so that 0.1f is written 0.1.
double nearest_double(float value) { return std::stod(fmt::format("{}", value)); }

template <class T>
Json json_of(const T& value) {
  if constexpr (kIsOptional<T>) {
    return value ? Json(*value) : Json(nullptr);
  } else if constexpr (std::is_same_v<T, float>) {
    return nearest_double(value);
  } else {
    return value;
  }
}

template <class T>
std::string text_of(const T& value) {
  if constexpr (kIsOptional<T>) {
    return value ? text_of(*value) : "";
  } else if constexpr (kIsVector<T>) {
    return fmt::format("{}", fmt::join(value, ","));
  } else if constexpr (std::is_same_v<T, bool>) {
    return value ? "yes" : "no";
  } else {
    return fmt::format("{}", value);
  }
}

template <class T>
std::string kind_of() {
  if constexpr (kIsOptional<T>) {
    return kind_of<typename T::value_type>();
  } else if constexpr (kIsVector<T>) {
    const std::string one = kind_of<typename T::value_type>();
    return (one.starts_with("a ") ? one.substr(2) : one) + "s";
  } else if constexpr (std::is_same_v<T, bool>) {
    return "yes|no";
  } else if constexpr (std::is_same_v<T, std::string>) {
    return "text";
  } else if constexpr (std::is_integral_v<T>) {
    return "a whole number";
  } else {
    return "a number";
  }
}

template <class T>
std::string placeholder_of() {
  if constexpr (kIsOptional<T>) {
    return placeholder_of<typename T::value_type>();
  } else if constexpr (kIsVector<T>) {
    return placeholder_of<typename T::value_type>() + ",…";
  } else if constexpr (std::is_same_v<T, bool>) {
    return "yes|no";
  } else if constexpr (std::is_same_v<T, std::string>) {
    return "TEXT";
  } else {
    return std::is_integral_v<T> ? "N" : "NUMBER";
  }
}

template <class T>
bool read_text(std::string_view text, T& value) {
  if constexpr (kIsOptional<T>) {
    typename T::value_type inner{};
    if (!read_text(text, inner)) return false;
    value = std::move(inner);
    return true;
  } else if constexpr (kIsVector<T>) {
    T list;
    while (!text.empty()) {
      const size_t comma = text.find(',');
      if (!read_text(text.substr(0, comma), list.emplace_back())) return false;
      if (comma == std::string_view::npos) break;
      text.remove_prefix(comma + 1);
      if (text.empty() && !read_text(text, list.emplace_back())) return false;
    }
    value = std::move(list);
    return true;
  } else if constexpr (std::is_same_v<T, std::string>) {
    value = text;
    return true;
  } else if constexpr (std::is_same_v<T, bool>) {
    const bool yes = text == "yes" || text == "true" || text == "1" || text == "on";
    const bool no = text == "no" || text == "false" || text == "0" || text == "off";
    if (yes || no) value = yes;
    return yes || no;
  } else {
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    return problem == std::errc() && end == text.data() + text.size();
  }
}

template <class T>
bool in_range(const T& value, const NumberRange& range) {
  if constexpr (kIsOptional<T>) {
    return !value || in_range(*value, range);
  } else if constexpr (kIsVector<T>) {
    return std::all_of(value.begin(), value.end(), [&](const auto& item) { return in_range(item, range); });
  } else if constexpr (std::is_arithmetic_v<T> && !std::is_same_v<T, bool>) {
    return range.holds(static_cast<double>(value));
  } else {
    return true;
  }
}

template <class T>
T read_json_value(const Json& value, const Field& field, const std::string& place) {
  T read = json_as<T>(value, place);
  check(in_range(read, field.range), "{}: expected {}, found {}", place, field_expectation(field),
        format_json(value, -1));
  return read;
}

// The object that holds the last name of a path; objects on the way are created.
Json& slot(Json& root, std::string_view path) {
  Json* at = &root;
  for (size_t dot; (dot = path.find('.')) != std::string_view::npos; path.remove_prefix(dot + 1)) {
    at = &(*at)[std::string(path.substr(0, dot))];
  }
  return (*at)[std::string(path)];
}

size_t enum_value(const EnumMember& member, std::string_view name, std::string_view where) {
  for (size_t i = 0; i < member.names.size(); ++i) {
    if (member.names[i] == name) return i;
  }
  fail("{}: expected one of {}, found \"{}\"", where, fmt::join(member.names, ", "), name);
}

using FieldIndex = std::unordered_map<std::string_view, const Field*>;

void read_object(const Json& object, const FieldIndex& index, const std::string& prefix,
                 const std::string& where, std::vector<std::string>& unknown) {
  check(object.is_object(), "{}: expected an object", where);
  for (const auto& item : object.items()) {
    const std::string& key = item.first;
    const Json& value = item.second;  // named apart: clang 14 does not capture parts of a pair
    const std::string path = prefix + key;
    const auto found = index.find(path);
    if (found == index.end()) {
      const std::string inner = path + ".";
      bool is_member = false;
      for (const auto& [name, field] : index) is_member = is_member || name.starts_with(inner);
      if (!is_member) {
        unknown.push_back(path);
      } else if (!value.is_null()) {
        read_object(value, index, inner, fmt::format("{}: {}", where, key), unknown);
      }
      continue;
    }
    const std::string place = fmt::format("{}: {}", where, key);
    std::visit(Overloaded{[&](const EnumMember& member) {
                            if (value.is_null()) return;
                            member.set(enum_value(member, json_as<std::string>(value, place), place));
                          },
                          [&](auto* member) {
                            using T = std::remove_pointer_t<decltype(member)>;
                            if constexpr (kIsOptional<T>) {
                              using Inner = typename T::value_type;
                              *member = value.is_null()
                                            ? T()
                                            : T(read_json_value<Inner>(value, *found->second, place));
                            } else if (!value.is_null()) {
                              *member = read_json_value<T>(value, *found->second, place);
                            }
                          }},
               found->second->member);
  }
}

}  // namespace

Json fields_to_json(const std::vector<Field>& fields) {
  Json root = Json::object();
  for (const Field& field : fields) {
    slot(root, field.path) =
        std::visit(Overloaded{[](const EnumMember& member) { return Json(member.names.at(member.get())); },
                              [](const auto* member) { return json_of(*member); }},
                   field.member);
  }
  return root;
}

std::vector<std::string> fields_from_json(const Json& object, const std::vector<Field>& fields,
                                          const std::string& where) {
  FieldIndex index;
  for (const Field& field : fields) index.emplace(field.path, &field);
  std::vector<std::string> unknown;
  read_object(object, index, "", where, unknown);
  return unknown;
}

void check_fields(const std::vector<Field>& fields, const std::string& where) {
  for (const Field& field : fields) {
    const bool holds =
        std::visit(Overloaded{[](const EnumMember&) { return true; },
                              [&](const auto* member) { return in_range(*member, field.range); }},
                   field.member);
    check(holds, "{}: {}: expected {}, found {}", where, field.path, field_expectation(field),
          field_text(field));
  }
}

std::string field_flag(const Field& field) {
  std::string flag = field.path;
  for (char& c : flag) {
    if (c == '_' || c == '.') c = '-';
  }
  return flag;
}

std::string field_kind(const Field& field) {
  return std::visit(
      Overloaded{[](const EnumMember& member) { return fmt::format("{}", fmt::join(member.names, "|")); },
                 [](const auto* member) { return kind_of<std::remove_cvref_t<decltype(*member)>>(); }},
      field.member);
}

std::string field_placeholder(const Field& field) {
  return std::visit(
      Overloaded{[](const EnumMember& member) { return fmt::format("{}", fmt::join(member.names, "|")); },
                 [](const auto* member) { return placeholder_of<std::remove_cvref_t<decltype(*member)>>(); }},
      field.member);
}

std::string field_expectation(const Field& field) {
  const std::string range = field.range.text();
  return range.empty() ? field_kind(field) : fmt::format("{} ({})", field_kind(field), range);
}

bool is_switch(const Field& field) { return std::holds_alternative<bool*>(field.member); }

std::string field_text(const Field& field) {
  return std::visit(
      Overloaded{[](const EnumMember& member) { return std::string(member.names.at(member.get())); },
                 [](const auto* member) { return text_of(*member); }},
      field.member);
}

void set_field(const Field& field, std::string_view text) {
  set_field(field, text, fmt::format("`{}`", field.path));
}

void set_field(const Field& field, std::string_view text, const std::string& place) {
  std::visit(Overloaded{[&](const EnumMember& member) { member.set(enum_value(member, text, place)); },
                        [&](auto* member) {
                          std::remove_cvref_t<decltype(*member)> value{};
                          check(read_text(text, value) && in_range(value, field.range),
                                "{}: expected {}, found \"{}\"", place, field_expectation(field), text);
                          *member = std::move(value);
                        }},
             field.member);
}

}  // namespace hodhod
