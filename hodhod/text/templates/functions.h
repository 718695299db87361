// SPDX-License-Identifier: Apache-2.0
// The filters, tests and methods of a template's language: those of Jinja and Python that chat templates use.
// Texts are counted in characters.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hodhod/text/templates/value.h"

namespace hodhod::text::templates {

// No text or list that a template makes is longer, in bytes and in elements.
constexpr size_t kLongestText = size_t{1} << 24;
constexpr size_t kLongestList = 100000;

struct Arguments {
  std::vector<Value> values = {};
  std::vector<std::pair<std::string, Value>> keywords = {};

  // The argument at `index`, or of this name; null if it is not given.
  const Value* find(size_t index, std::string_view name) const;
  // Error if there are more than `most`, or one of another name than `names`.
  void check(std::string_view function, size_t most,
             std::initializer_list<std::string_view> names = {}) const;
};

// value | name(arguments). Error for a filter that is not known, listing those that are.
Value apply_filter(std::string_view name, const Value& value, const Arguments& arguments);
// value is name(arguments).
bool apply_test(std::string_view name, const Value& value, const Arguments& arguments);
// object.name(arguments) of a string, list or dict.
Value call_method(const Value& object, std::string_view name, const Arguments& arguments);
bool has_method(const Value& object, std::string_view name);

// The member, element or character, or undefined. `key` counts from the end when it is negative.
Value item_of(const Value& object, const Value& key);
// The member `name` of a dict or namespace, or undefined.
Value attribute_of(const Value& object, std::string_view name);
// The same for "a.b.0".
Value attribute_path(const Value& object, const Value& path);
// object[begin:end:step], as Python does; none: to the end.
Value slice_of(const Value& object, const Value& begin, const Value& end, const Value& step);
// What a loop goes through: elements, keys of a dict, characters.
std::vector<Value> elements_of(const Value& value);
size_t length_of(const Value& value);
bool contains(const Value& container, const Value& value);

// Python's str.strip and its sides. No characters: white space.
std::string stripped(std::string_view text, const Value* characters, bool left, bool right);
size_t count_words(std::string_view text);  // runs of letters, digits and _
std::string upper(std::string_view text);
std::string lower(std::string_view text);

// The date "2026-03-21", at midnight, in a format of C's strftime. Error for what is not a date.
std::string formatted_date(const std::string& date, const std::string& format);

// Error if a text of `size` bytes would be too long.
void check_length(double size);

}  // namespace hodhod::text::templates
