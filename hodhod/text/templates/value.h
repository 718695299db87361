// SPDX-License-Identifier: Apache-2.0
// The values that a template computes with: those of Python as far as templates use them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "hodhod/base/json.h"

namespace hodhod::text::templates {

class Value;

// What a name or an attribute gives that does not exist. It prints as nothing and is false; using it further
// is an error.
struct Undefined {
  std::string name;
};

// A list, or a tuple, which prints in parentheses.
struct List {
  std::vector<Value> elements;
  bool tuple = false;
};

// A dict: pairs in order of insertion. Keys are strings or whole numbers, equal by value.
struct Dict {
  std::vector<std::pair<Value, Value>> members;

  const Value* find(const Value& key) const;
  const Value* find(std::string_view key) const;
  void set(const Value& key, Value value);
};

// What namespace() makes: its members may be set from inside loops.
struct Namespace {
  Dict members;
};

// A function of the template's language, a macro, or a method that belongs to a value. `state` is what the
// evaluator keeps for it.
struct Function {
  std::string name;
  std::shared_ptr<const void> state = {};
};

class Value {
 public:
  using ListPointer = std::shared_ptr<List>;
  using DictPointer = std::shared_ptr<Dict>;
  using NamespacePointer = std::shared_ptr<Namespace>;
  using FunctionPointer = std::shared_ptr<const Function>;

  Value() : value_(nullptr) {}
  Value(Undefined undefined) : value_(std::move(undefined)) {}
  Value(bool value) : value_(value) {}
  Value(int64_t value) : value_(value) {}
  Value(double value) : value_(value) {}
  Value(std::string value) : value_(std::move(value)) {}
  Value(const char* value) : value_(std::string(value)) {}
  Value(List list) : value_(std::make_shared<List>(std::move(list))) {}
  Value(Dict dict) : value_(std::make_shared<Dict>(std::move(dict))) {}
  Value(Namespace space) : value_(std::make_shared<Namespace>(std::move(space))) {}
  Value(Function function) : value_(std::make_shared<const Function>(std::move(function))) {}

  static Value from_json(const Json& json);

  bool is_none() const { return std::holds_alternative<std::nullptr_t>(value_); }
  bool is_undefined() const { return std::holds_alternative<Undefined>(value_); }
  bool is_boolean() const { return std::holds_alternative<bool>(value_); }
  bool is_integer() const { return std::holds_alternative<int64_t>(value_); }
  bool is_float() const { return std::holds_alternative<double>(value_); }
  // True and False are numbers too.
  bool is_number() const { return is_boolean() || is_integer() || is_float(); }
  bool is_string() const { return std::holds_alternative<std::string>(value_); }
  bool is_list() const { return std::holds_alternative<ListPointer>(value_); }
  bool is_dict() const { return std::holds_alternative<DictPointer>(value_); }
  bool is_namespace() const { return std::holds_alternative<NamespacePointer>(value_); }
  bool is_function() const { return std::holds_alternative<FunctionPointer>(value_); }

  const Undefined& undefined() const { return std::get<Undefined>(value_); }
  const std::string& string() const { return std::get<std::string>(value_); }
  const List& list() const { return *std::get<ListPointer>(value_); }
  const Dict& dict() const { return *std::get<DictPointer>(value_); }
  Namespace& space() const { return *std::get<NamespacePointer>(value_); }
  const Function& function() const { return *std::get<FunctionPointer>(value_); }
  int64_t integer() const;  // of a whole number or a truth value
  double number() const;    // of any number

  bool truth() const;
  // "string", "list", "undefined" … for messages.
  std::string_view kind() const;
  // As {{ value }} prints it, and as it prints inside a list: 'text', None, 1.0.
  std::string to_text() const;
  std::string to_literal() const;

  // By value: 1 == 1.0 == true; lists and dicts by what they hold.
  friend bool operator==(const Value& a, const Value& b);

 private:
  std::variant<std::nullptr_t, Undefined, bool, int64_t, double, std::string, ListPointer, DictPointer,
               NamespacePointer, FunctionPointer>
      value_;
};

// Whether a < b, of two numbers, two strings or two lists. Error for others.
bool less(const Value& a, const Value& b);

struct JsonLayout {
  int indent = -1;  // blanks a level; below 0: one line
  std::string item_separator = ", ";
  std::string key_separator = ": ";
  bool sort_keys = false;
  bool ascii = false;
};
// The value as JSON in the layout of Python's json.dumps, with other characters than ASCII as they are.
std::string to_json(const Value& value, const JsonLayout& layout = {});

}  // namespace hodhod::text::templates
