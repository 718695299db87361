// SPDX-License-Identifier: Apache-2.0
#include "hodhod/base/json.h"

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <unordered_set>

#include "hodhod/base/error.h"
#include "hodhod/base/file.h"

namespace hodhod {
namespace {

// "LINE:COLUMN" of a byte offset.
std::string place(std::string_view text, size_t offset) {
  offset = std::min(offset, text.size());
  int64_t line = 1, column = 1;
  for (size_t i = 0; i < offset; ++i) {
    if (text[i] == '\n') {
      ++line;
      column = 1;
    } else if ((text[i] & 0xC0) != 0x80) {
      ++column;
    }
  }
  return fmt::format("{}:{}", line, column);
}

// The library's words without its own prefix and without the offending token, which may be long or broken.
std::string plain_message(std::string what) {
  if (const size_t column = what.find(", column "); column != std::string::npos) {
    what.erase(0, what.find(": ", column) + 2);
  } else if (const size_t bracket = what.find("] "); bracket != std::string::npos) {
    what.erase(0, bracket + 2);
  }
  if (const size_t token = what.find("; last read: '"); token != std::string::npos) {
    const size_t rest = what.rfind("'; expected ");
    what = what.substr(0, token) + (rest == std::string::npos ? "" : what.substr(rest + 1));
  }
  if (what.size() > 300) what = what.substr(0, 300) + "...";
  return what;
}

// Reads the text and leaves, in `*at`, how far it has come.
struct CountingIterator {
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  const char* p;
  const char** at;
  reference operator*() const { return *p; }
  CountingIterator& operator++() {
    *at = ++p;
    return *this;
  }
  bool operator==(const CountingIterator& other) const { return p == other.p; }
  bool operator!=(const CountingIterator& other) const { return p != other.p; }
};

// Builds a value in time linear in the text: the library's own reader looks every key of an ordered object up
// before it adds it, which is quadratic in a vocabulary.
class Builder : public nlohmann::json_sax<Json> {
 public:
  Builder(std::string_view text, const std::string& name) : text_(text), name_(name), at_(text.data()) {}

  CountingIterator begin() { return {text_.data(), &at_}; }
  CountingIterator end() { return {text_.data() + text_.size(), &at_}; }
  Json take() { return std::move(root_); }

  bool null() override { return add(nullptr); }
  bool boolean(bool value) override { return add(value); }
  bool number_integer(int64_t value) override { return add(value); }
  bool number_unsigned(uint64_t value) override { return add(value); }
  bool number_float(double value, const std::string&) override { return add(value); }
  bool string(std::string& value) override { return add(std::move(value)); }
  bool binary(binary_t&) override { return false; }
  bool start_object(size_t) override { return open(Json::object()); }
  bool start_array(size_t) override { return open(Json::array()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(std::string& key) override {
    Frame& frame = stack_.back();
    auto& members = frame.value->get_ref<Json::object_t&>();
    if (members.empty()) members.reserve(8);
    // The place is found by reading the text again from its start, so only on failure.
    if (!is_new(frame, members, key)) {
      fail("{}:{}: the key \"{}\" stands twice in one object; remove one", name_, place(text_, offset()),
           key.size() > 200 ? "..." : key);
    }
    members.emplace_back(key, nullptr);
    return true;
  }

  bool parse_error(size_t, const std::string&, const nlohmann::detail::exception& error) override {
    fail("{}:{}: {}", name_, place(text_, offset()), plain_message(error.what()));
  }

 private:
  struct Frame {
    Json* value;
    std::unordered_set<std::string> keys;  // once there are many
  };

  size_t offset() const {
    const auto read = static_cast<size_t>(at_ - text_.data());
    return read == 0 ? 0 : read - 1;
  }

  static bool is_new(Frame& frame, const Json::object_t& members, const std::string& key) {
    constexpr size_t kFew = 16;
    if (members.size() < kFew) {
      for (const auto& member : members) {
        if (member.first == key) return false;
      }
      return true;
    }
    if (frame.keys.empty()) {
      for (const auto& member : members) frame.keys.insert(member.first);
    }
    return frame.keys.insert(key).second;
  }

  Json* place_for(Json value) {
    if (stack_.empty()) {
      root_ = std::move(value);
      return &root_;
    }
    Json& parent = *stack_.back().value;
    if (parent.is_array()) {
      auto& elements = parent.get_ref<Json::array_t&>();
      elements.push_back(std::move(value));
      return &elements.back();
    }
    Json& member = parent.get_ref<Json::object_t&>().back().second;
    member = std::move(value);
    return &member;
  }

  bool add(Json value) {
    place_for(std::move(value));
    return true;
  }

  bool open(Json empty) {
    if (stack_.size() >= kJsonMaxDepth) {
      fail("{}:{}: nested deeper than {}; no file of ours needs that", name_, place(text_, offset()),
           kJsonMaxDepth);
    }
    Json* value = place_for(std::move(empty));
    stack_.push_back({value, {}});
    return true;
  }

  bool close() {
    stack_.pop_back();
    return true;
  }

  std::string_view text_;
  const std::string& name_;
  const char* at_;
  Json root_;
  std::vector<Frame> stack_;
};

// A value as an error message shows it: short, and safe to print.
std::string shown(const Json& value) {
  if (value.is_object()) return "an object";
  if (value.is_array()) return "a list";
  std::string text = format_json(value, -1);
  if (text.size() > 60) {
    size_t cut = 57;
    while (cut > 0 && (text[cut] & 0xC0) == 0x80) --cut;
    text = text.substr(0, cut) + "...";
  }
  return text;
}

template <class T>
T integer_as(const Json& value, const std::string& where) {
  using Limits = std::numeric_limits<T>;
  if (value.is_number_unsigned()) {
    const auto n = value.get<uint64_t>();
    if (n <= static_cast<uint64_t>(Limits::max())) return static_cast<T>(n);
  } else if (value.is_number_integer()) {
    const auto n = value.get<int64_t>();
    if (std::in_range<T>(n)) return static_cast<T>(n);
  } else if (value.is_number_float()) {
    const auto n = value.get<double>();
    // Beyond 2^53 a double no longer says which whole number was meant.
    if (n == std::floor(n) && std::abs(n) <= 0x1p53 && n >= static_cast<double>(Limits::min()) &&
        n <= static_cast<double>(Limits::max())) {
      return static_cast<T>(n);
    }
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

Json parse_json(std::string_view text, const std::string& name) {
  Builder builder(text, name);
  const bool read = Json::sax_parse(builder.begin(), builder.end(), &builder);
  check(read, "{}: not a JSON text", name);
  return builder.take();
}

Json read_json(const std::string& path) { return parse_json(read_file(path), path); }

std::string format_json(const Json& value, int indent) {
  try {
    return value.dump(indent);
  } catch (const nlohmann::json::exception& error) {
    fail("format_json: a string is not UTF-8: {}", plain_message(error.what()));
  }
}

const Json* json_find(const Json& object, std::string_view key) {
  if (!object.is_object()) return nullptr;
  for (const auto& member : object.get_ref<const Json::object_t&>()) {
    if (member.first == key) return &member.second;
  }
  return nullptr;
}

template <>
bool json_as(const Json& value, const std::string& where) {
  check(value.is_boolean(), "{}: expected true or false, found {}", where, shown(value));
  return value.get<bool>();
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
  check(value.is_number(), "{}: expected a number, found {}", where, shown(value));
  return value.get<double>();
}

template <>
float json_as(const Json& value, const std::string& where) {
  return static_cast<float>(json_as<double>(value, where));
}

template <>
std::string json_as(const Json& value, const std::string& where) {
  check(value.is_string(), "{}: expected a string, found {}", where, shown(value));
  return value.get<std::string>();
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
  const Json* value = json_find(object, key);
  check(value != nullptr, "{}: the key \"{}\" is missing", where, key);
  return json_as<T>(*value, fmt::format("{}: {}", where, key));
}

template <class T>
T json_get_or(const Json& object, std::string_view key, T fallback, const std::string& where) {
  check(object.is_object(), "{}: expected an object, found {}", where, shown(object));
  const Json* value = json_find(object, key);
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
HODHOD_JSON_TYPE(std::vector<int64_t>)
HODHOD_JSON_TYPE(std::vector<double>)
HODHOD_JSON_TYPE(std::vector<std::string>)
#undef HODHOD_JSON_TYPE

}  // namespace hodhod
