// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include <cmath>
#include <limits>

#include "hodhod/base/error.h"
#include "hodhod/base/json.h"
#include "hodhod/base/utf8.h"

namespace hodhod {
namespace {

// A value as an error message shows it: short, and safe to print.
std::string shown(const Json& value) {
  if (value.is_object()) return "an object";
  if (value.is_array()) return "a list";
  std::string text = format_json(value, -1);
  if (text.size() > 60) {
    text = std::string(whole_characters(text, 57)) + "...";
  }
  return text;
}

template <class T>
T integer_as(const Json& value, const std::string& where) {
  using Limits = std::numeric_limits<T>;
  if (const auto* n = value.get_if<int64_t>(); n != nullptr && std::in_range<T>(*n))
    return static_cast<T>(*n);
  if (const auto* n = value.get_if<uint64_t>(); n != nullptr && std::in_range<T>(*n))
    return static_cast<T>(*n);
  // Above 2^53 a double no longer identifies a whole number.
  if (const auto* n = value.get_if<double>();
      n != nullptr && *n == std::floor(*n) && std::abs(*n) <= 0x1p53 &&
      *n >= static_cast<double>(Limits::min()) && *n <= static_cast<double>(Limits::max())) {
    return static_cast<T>(*n);
  }
  fail("{}: expected a whole number from {} to {}, found {}", where, Limits::min(), Limits::max(),
       shown(value));
}

template <class T>
std::vector<T> list_as(const Json& value, const std::string& where) {
  check(value.is_array(), "{}: expected a list, found {}", where, shown(value));
  std::vector<T> list;
  list.reserve(value.size());
  for (size_t i = 0; i < value.size(); ++i)
    list.push_back(json_as<T>(value[i], fmt::format("{}[{}]", where, i)));
  return list;
}

}  // namespace

template <>
bool json_as(const Json& value, const std::string& where) {
  check(value.is_boolean(), "{}: expected true or false, found {}", where, shown(value));
  return *value.get_if<bool>();
}

template <>
int json_as(const Json& value, const std::string& where) {
  return integer_as<int>(value, where);
}

template <>
int64_t json_as(const Json& value, const std::string& where) {
  return integer_as<int64_t>(value, where);
}

template <>
uint64_t json_as(const Json& value, const std::string& where) {
  return integer_as<uint64_t>(value, where);
}

template <>
double json_as(const Json& value, const std::string& where) {
  if (const auto* n = value.get_if<double>()) return *n;
  if (const auto* n = value.get_if<int64_t>()) return static_cast<double>(*n);
  if (const auto* n = value.get_if<uint64_t>()) return static_cast<double>(*n);
  fail("{}: expected a number, found {}", where, shown(value));
}

template <>
float json_as(const Json& value, const std::string& where) {
  return static_cast<float>(json_as<double>(value, where));
}

template <>
std::string json_as(const Json& value, const std::string& where) {
  check(value.is_string(), "{}: expected a string, found {}", where, shown(value));
  return value.text();
}

template <>
std::vector<int32_t> json_as(const Json& value, const std::string& where) {
  return list_as<int32_t>(value, where);
}

template <>
std::vector<int64_t> json_as(const Json& value, const std::string& where) {
  return list_as<int64_t>(value, where);
}

template <>
std::vector<double> json_as(const Json& value, const std::string& where) {
  return list_as<double>(value, where);
}

template <>
std::vector<std::string> json_as(const Json& value, const std::string& where) {
  return list_as<std::string>(value, where);
}

template <class T>
T json_get(const Json& object, std::string_view key, const std::string& where) {
  check(object.is_object(), "{}: expected an object, found {}", where, shown(object));
  const Json* value = object.find(key);
  check(value != nullptr, "{}: the key \"{}\" is missing", where, key);
  return json_as<T>(*value, fmt::format("{}: {}", where, key));
}

template <class T>
T json_get_or(const Json& object, std::string_view key, T fallback, const std::string& where) {
  check(object.is_object(), "{}: expected an object, found {}", where, shown(object));
  const Json* value = object.find(key);
  if (value == nullptr || value->is_null()) return fallback;
  return json_as<T>(*value, fmt::format("{}: {}", where, key));
}

#define HODHOD_JSON_TYPE(...)                                                                    \
  template __VA_ARGS__ json_get<__VA_ARGS__>(const Json&, std::string_view, const std::string&); \
  template __VA_ARGS__ json_get_or<__VA_ARGS__>(const Json&, std::string_view, __VA_ARGS__,      \
                                                const std::string&);
HODHOD_JSON_TYPE(bool)
HODHOD_JSON_TYPE(int)
HODHOD_JSON_TYPE(int64_t)
HODHOD_JSON_TYPE(uint64_t)
HODHOD_JSON_TYPE(float)
HODHOD_JSON_TYPE(double)
HODHOD_JSON_TYPE(std::string)
HODHOD_JSON_TYPE(std::vector<int32_t>)
HODHOD_JSON_TYPE(std::vector<int64_t>)
HODHOD_JSON_TYPE(std::vector<double>)
HODHOD_JSON_TYPE(std::vector<std::string>)
#undef HODHOD_JSON_TYPE

}  // namespace hodhod
