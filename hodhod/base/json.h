// SPDX-License-Identifier: Apache-2.0
// JSON (RFC 8259): values, and strict reading of text: at most 64 levels of nesting, no duplicate keys, valid
// UTF-8, nothing after the value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iosfwd>
#include <map>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace hodhod {

// Null, true or false, a number, a string, a list or an object. Objects keep the order of their keys. Looking
// up a key takes linear time, so iterate over large objects instead.
//
//   Json json = {{"name", "GPT"}, {"sizes", {1, 2, 3}}};   // pairs that begin with a string make an object,
//   json["layers"].push_back(Json::array({"a", 1}));       // else a list; null becomes a list or an object
//   for (const auto& [key, value] : json.items()) …
//   for (const Json& size : json.at("sizes")) total += size.get<int64_t>();
//
// Error when a value is not of the kind that is asked for, or has no such key or element.
class Json {
 public:
  using Array = std::vector<Json>;
  using Object = std::vector<std::pair<std::string, Json>>;

  Json() noexcept;
  Json(std::nullptr_t) noexcept;
  // bool, whole numbers, float and double. A float keeps its own value: 0.1f is not 0.1.
  template <class T>
  requires std::is_arithmetic_v<T> Json(T value)
  noexcept : Json(std::in_place, static_cast<Kept<T>>(value)) {}
  Json(const char* text);
  Json(std::string_view text);
  Json(std::string text) noexcept;
  Json(Array elements) noexcept;
  Json(Object members) noexcept;
  template <class T>
  Json(const std::vector<T>& elements) : Json(Array(elements.begin(), elements.end())) {}
  template <class T>
  Json(const std::map<std::string, T>& members) : Json(Object(members.begin(), members.end())) {}
  Json(std::initializer_list<Json> values);

  Json(const Json&);
  Json(Json&&) noexcept;
  Json& operator=(Json other) noexcept;
  ~Json();

  static Json object() { return Object(); }
  static Json array(std::initializer_list<Json> elements = {}) { return Array(elements); }

  bool is_null() const;
  bool is_boolean() const;
  bool is_number() const;
  bool is_number_integer() const;   // written as a whole number
  bool is_number_unsigned() const;  // … that is not negative
  bool is_number_float() const;     // written with a point or an exponent
  bool is_string() const;
  bool is_array() const;
  bool is_object() const;

  // The value as a T, by the rules of json_as below.
  template <class T>
  T get() const;
  // The value, or null if it is not stored as a T: bool, int64_t (whole numbers), uint64_t (whole numbers
  // above the range of int64_t), double, std::string, Array or Object.
  template <class T>
  const T* get_if() const {
    return std::get_if<T>(&value_);
  }
  const std::string& text() const;  // of a string

  // The number of members or elements; 0 for null, 1 for other values.
  size_t size() const;
  bool empty() const { return size() == 0; }

  // The list. Iterating over a value visits its elements; null has none.
  const Array& elements() const;
  Array& elements();
  Array::const_iterator begin() const { return elements().begin(); }
  Array::const_iterator end() const { return elements().end(); }
  const Json& at(size_t index) const;
  const Json& operator[](size_t index) const { return at(index); }
  Json& operator[](size_t index);
  void push_back(Json element);

  // The object.
  const Object& items() const;
  Object& items();
  const Json* find(std::string_view key) const;  // null if there is no such key, or no object
  bool contains(std::string_view key) const { return find(key) != nullptr; }
  const Json& at(std::string_view key) const;
  const Json& operator[](std::string_view key) const { return at(key); }
  Json& operator[](std::string_view key);  // added, as null, when absent
  bool erase(std::string_view key);        // whether there was one
  void update(const Json& object);         // sets all members of `object`
  // The member as a T; `fallback` when there is none.
  template <class T>
  T value(std::string_view key, T fallback) const;
  std::string value(std::string_view key, const char* fallback) const;

  // Numbers are equal by value, objects by their members in order.
  friend bool operator==(const Json& a, const Json& b);
  friend std::ostream& operator<<(std::ostream& out, const Json& value);

 private:
  template <class T>
  using Kept =
      std::conditional_t<std::is_same_v<T, bool>, bool,
                         std::conditional_t<std::is_floating_point_v<T>, double,
                                            std::conditional_t<std::is_signed_v<T>, int64_t, uint64_t>>>;

  Json(std::in_place_t, bool value) noexcept;
  Json(std::in_place_t, int64_t value) noexcept;
  Json(std::in_place_t, uint64_t value) noexcept;
  Json(std::in_place_t, double value) noexcept;

  std::variant<std::nullptr_t, bool, int64_t, uint64_t, double, std::string, Array, Object> value_;
};

constexpr int kJsonMaxDepth = 64;

// The value in `text`. Errors say NAME:LINE:COLUMN (the column in characters, from 1) and what is wrong
// there.
Json parse_json(std::string_view text, const std::string& name);
// The value in the file at `path`.
Json read_json(const std::string& path);
// The text of a value: over several lines with `indent` blanks a level, or on one line when `indent` < 0. In
// strings that are not UTF-8, each ill-formed byte becomes U+FFFD. NaN and infinities become null, since JSON
// has no way to write them.
std::string format_json(const Json& value, int indent = 2);

// The member of an object, or null when it has no such key. `object` must be an object (else: null).
inline const Json* json_find(const Json& object, std::string_view key) { return object.find(key); }

// The value as a T: bool, int, int64_t, uint64_t, float, double, std::string or a vector of int32_t, int64_t,
// double or std::string. The only conversions are integers to floating point, and whole floating-point
// numbers to integers. `where` is put before the message: "config.json: hidden_size: expected a whole number,
// found "big"".
template <class T>
T json_as(const Json& value, const std::string& where);

// The member `key` of `object` as a T; an Error if it is absent.
template <class T>
T json_get(const Json& object, std::string_view key, const std::string& where);

// The same, but `fallback` when the key is absent or its value is null.
template <class T>
T json_get_or(const Json& object, std::string_view key, T fallback, const std::string& where);

template <class T>
T Json::get() const {
  return json_as<T>(*this, "JSON");
}

template <class T>
T Json::value(std::string_view key, T fallback) const {
  const Json* member = find(key);
  return member == nullptr ? fallback : json_as<T>(*member, std::string(key));
}

}  // namespace hodhod
