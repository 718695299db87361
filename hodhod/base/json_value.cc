// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <limits>
#include <ostream>

#include "hodhod/base/error.h"
#include "hodhod/base/json.h"

namespace hodhod {
namespace {

bool is_pair_with_name(const Json& value) {
  return value.is_array() && value.size() == 2 && value[0].is_string();
}

const char* kind_name(const Json& value) {
  if (value.is_object()) return "an object";
  if (value.is_array()) return "a list";
  if (value.is_string()) return "a string";
  if (value.is_number()) return "a number";
  return value.is_null() ? "null" : "true or false";
}

// The alternative T of a value's variant; an Error, which names `wanted`, if it is another.
template <class T, class Variant>
auto& alternative(Variant& variant, const Json& value, const char* wanted) {
  auto* found = std::get_if<T>(&variant);
  check(found != nullptr, "JSON: expected {}, found {}", wanted, kind_name(value));
  return *found;
}

}  // namespace

Json::Json() noexcept : value_(nullptr) {}
Json::Json(std::nullptr_t) noexcept : value_(nullptr) {}
Json::Json(const char* text) : value_(std::in_place_type<std::string>, text) {}
Json::Json(std::string_view text) : value_(std::in_place_type<std::string>, text) {}
Json::Json(std::string text) noexcept : value_(std::move(text)) {}
Json::Json(Array elements) noexcept : value_(std::move(elements)) {}
Json::Json(Object members) noexcept : value_(std::move(members)) {}
Json::Json(std::in_place_t, bool value) noexcept : value_(value) {}
Json::Json(std::in_place_t, int64_t value) noexcept : value_(value) {}
Json::Json(std::in_place_t, double value) noexcept : value_(value) {}
Json::Json(std::in_place_t, uint64_t value) noexcept {
  if (value <= static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) {
    value_ = static_cast<int64_t>(value);
  } else {
    value_ = value;
  }
}

Json::Json(std::initializer_list<Json> values) {
  if (!std::all_of(values.begin(), values.end(), is_pair_with_name)) {
    value_ = Array(values);
    return;
  }
  Object members;
  members.reserve(values.size());
  for (const Json& pair : values) members.emplace_back(pair[0].text(), pair[1]);
  value_ = std::move(members);
}

Json::Json(const Json&) = default;
Json::Json(Json&&) noexcept = default;
Json::~Json() = default;
Json& Json::operator=(Json other) noexcept {
  value_ = std::move(other.value_);
  return *this;
}

bool Json::is_null() const { return get_if<std::nullptr_t>() != nullptr; }
bool Json::is_boolean() const { return get_if<bool>() != nullptr; }
bool Json::is_number() const { return is_number_integer() || is_number_float(); }
bool Json::is_number_integer() const { return get_if<int64_t>() != nullptr || get_if<uint64_t>() != nullptr; }
bool Json::is_number_unsigned() const {
  const auto* number = get_if<int64_t>();
  return number != nullptr ? *number >= 0 : get_if<uint64_t>() != nullptr;
}
bool Json::is_number_float() const { return get_if<double>() != nullptr; }
bool Json::is_string() const { return get_if<std::string>() != nullptr; }
bool Json::is_array() const { return get_if<Array>() != nullptr; }
bool Json::is_object() const { return get_if<Object>() != nullptr; }

const std::string& Json::text() const { return alternative<std::string>(value_, *this, "a string"); }

size_t Json::size() const {
  if (const auto* list = get_if<Array>()) return list->size();
  if (const auto* object = get_if<Object>()) return object->size();
  return is_null() ? 0 : 1;
}

const Json::Array& Json::elements() const {
  static const Array kNone;
  return is_null() ? kNone : alternative<Array>(value_, *this, "a list");
}

Json::Array& Json::elements() {
  if (is_null()) value_ = Array();
  return alternative<Array>(value_, *this, "a list");
}

const Json& Json::at(size_t index) const {
  const Array& list = elements();
  check(index < list.size(), "JSON: expected a list of more than {} elements, found {}", index, list.size());
  return list[index];
}

Json& Json::operator[](size_t index) { return const_cast<Json&>(at(index)); }

void Json::push_back(Json element) { elements().push_back(std::move(element)); }

const Json::Object& Json::items() const {
  static const Object kNone;
  return is_null() ? kNone : alternative<Object>(value_, *this, "an object");
}

Json::Object& Json::items() {
  if (is_null()) value_ = Object();
  return alternative<Object>(value_, *this, "an object");
}

const Json* Json::find(std::string_view key) const {
  const auto* members = get_if<Object>();
  if (members == nullptr) return nullptr;
  for (const auto& [name, value] : *members) {
    if (name == key) return &value;
  }
  return nullptr;
}

const Json& Json::at(std::string_view key) const {
  const Json* member = find(key);
  check(member != nullptr, "JSON: {} without the key \"{}\"", kind_name(*this), key);
  return *member;
}

Json& Json::operator[](std::string_view key) {
  Object& members = items();
  if (const Json* member = find(key)) return const_cast<Json&>(*member);
  return members.emplace_back(key, nullptr).second;
}

bool Json::erase(std::string_view key) {
  return !is_null() && std::erase_if(items(), [&](const auto& member) { return member.first == key; }) > 0;
}

void Json::update(const Json& object) {
  for (const auto& [key, value] : object.items()) (*this)[key] = value;
}

std::string Json::value(std::string_view key, const char* fallback) const {
  return value<std::string>(key, fallback);
}

bool operator==(const Json& a, const Json& b) {
  if (!a.is_number() || !b.is_number()) return a.value_ == b.value_;
  if (a.value_.index() == b.value_.index()) return a.value_ == b.value_;
  if (a.is_number_integer() && b.is_number_integer()) return false;
  return a.get<double>() == b.get<double>();
}

std::ostream& operator<<(std::ostream& out, const Json& value) { return out << format_json(value, -1); }

}  // namespace hodhod
