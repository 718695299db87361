// SPDX-License-Identifier: Apache-2.0
// Elements, members and characters of values.
#include <algorithm>
#include <charconv>
#include <iterator>

#include "hodhod/base/error.h"
#include "hodhod/base/utf8.h"
#include "hodhod/text/templates/functions.h"

namespace hodhod::text::templates {
namespace {

std::vector<Value> characters_of(std::string_view text) {
  std::vector<Value> out;
  for (size_t at = 0; at < text.size();) {
    const size_t size = read_character(text, at).size;
    out.emplace_back(std::string(text.substr(at, size)));
    at += size;
  }
  return out;
}

Value like(const Value& object, std::vector<Value> elements) {
  if (!object.is_string()) return List{std::move(elements), object.list().tuple};
  std::string text;
  for (const Value& character : elements) text += character.string();
  return text;
}

}  // namespace

const Value* Arguments::find(size_t index, std::string_view name) const {
  if (index < values.size()) return &values[index];
  for (const auto& [key, value] : keywords)
    if (key == name) return &value;
  return nullptr;
}

void Arguments::check(std::string_view function, size_t most,
                      std::initializer_list<std::string_view> names) const {
  hodhod::check(values.size() <= most, "{}: {} arguments; it takes {} at most", function, values.size(),
                most);
  for (const auto& [key, value] : keywords) {
    hodhod::check(std::find(names.begin(), names.end(), key) != names.end(),
                  "{}: there is no argument \"{}\"", function, key);
  }
}

void check_length(double size) {
  check(size <= static_cast<double>(kLongestText), "a text of {:.0f} bytes; at most {} are allowed", size,
        kLongestText);
}

Value attribute_of(const Value& object, std::string_view name) {
  const Dict* dict = object.is_dict()        ? &object.dict()
                     : object.is_namespace() ? &object.space().members
                                             : nullptr;
  const Value* member = dict ? dict->find(name) : nullptr;
  return member ? *member : Value(Undefined{std::string(name)});
}

Value attribute_path(const Value& object, const Value& path) {
  if (!path.is_string()) return item_of(object, path);
  Value out = object;
  const std::string& text = path.string();
  for (size_t at = 0; at <= text.size();) {
    const size_t end = std::min(text.find('.', at), text.size());
    const std::string part = text.substr(at, end - at);
    int64_t index = 0;
    const char* last = part.data() + part.size();
    const bool whole = !part.empty() && std::from_chars(part.data(), last, index).ptr == last;
    out = whole ? item_of(out, index) : attribute_of(out, part);
    at = end + 1;
  }
  return out;
}

Value item_of(const Value& object, const Value& key) {
  if (object.is_dict()) {
    const Value* member = object.dict().find(key);
    return member ? *member : Value(Undefined{key.to_text()});
  }
  if (object.is_namespace()) return attribute_of(object, key.to_text());
  check(object.is_list() || object.is_string(), "a value of kind {} has no elements", object.kind());
  if (!key.is_integer()) return Undefined{key.to_text()};
  const std::vector<Value> elements = elements_of(object);
  const int64_t size = static_cast<int64_t>(elements.size());
  const int64_t index = key.integer() < 0 ? key.integer() + size : key.integer();
  if (index < 0 || index >= size) return Undefined{key.to_text()};
  return elements[static_cast<size_t>(index)];
}

Value slice_of(const Value& object, const Value& begin, const Value& end, const Value& step) {
  check(object.is_list() || object.is_string(), "a value of kind {} cannot be sliced", object.kind());
  for (const Value* bound : {&begin, &end, &step})
    check(bound->is_none() || bound->is_integer(), "a bound of a slice is of kind {}; give a whole number",
          bound->kind());
  const std::vector<Value> elements = elements_of(object);
  const int64_t size = static_cast<int64_t>(elements.size());
  const int64_t by = step.is_none() ? 1 : step.integer();
  check(by != 0, "the step of a slice is 0");
  const auto place = [&](const Value& bound, int64_t otherwise) {
    if (bound.is_none()) return otherwise;
    const int64_t low = by > 0 ? 0 : -1, high = by > 0 ? size : size - 1;
    const int64_t index =
        bound.integer() < 0 && bound.integer() >= -size ? bound.integer() + size : bound.integer();
    return std::clamp(index, low, high);
  };
  const int64_t first = place(begin, by > 0 ? 0 : size - 1), last = place(end, by > 0 ? size : -1);
  std::vector<Value> out;
  for (int64_t i = first; by > 0 ? i < last : i > last;) {
    out.push_back(elements[static_cast<size_t>(i)]);
    if (by > size || by < -size) break;
    i += by;
  }
  return like(object, std::move(out));
}

std::vector<Value> elements_of(const Value& value) {
  if (value.is_list()) return value.list().elements;
  if (value.is_string()) return characters_of(value.string());
  if (value.is_undefined()) return {};
  check(value.is_dict(), "a value of kind {} has no elements to go through", value.kind());
  std::vector<Value> keys;
  for (const auto& [key, member] : value.dict().members) keys.push_back(key);
  return keys;
}

size_t length_of(const Value& value) {
  if (value.is_string()) return count_characters(value.string());
  if (value.is_list()) return value.list().elements.size();
  if (value.is_dict()) return value.dict().members.size();
  if (value.is_undefined()) return 0;
  fail("a value of kind {} has no length", value.kind());
}

bool contains(const Value& container, const Value& value) {
  if (container.is_string()) {
    check(value.is_string(), "in: a value of kind {} cannot stand in a string", value.kind());
    return container.string().find(value.string()) != std::string::npos;
  }
  if (container.is_dict()) return container.dict().find(value) != nullptr;
  if (container.is_undefined()) return false;
  check(container.is_list(), "in: a value of kind {} holds nothing", container.kind());
  const auto& elements = container.list().elements;
  return std::find(elements.begin(), elements.end(), value) != elements.end();
}

}  // namespace hodhod::text::templates
