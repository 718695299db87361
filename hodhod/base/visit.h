// SPDX-License-Identifier: Apache-2.0
// Configuration structs name each member once; JSON, command-line flags and help derive from that.
//
//   struct Schedule {
//     double rate = 1e-3;
//     int64_t warmup = 4000;
//     template <class Visitor>
//     void visit(Visitor&& v) {
//       v("rate", rate, "highest learning rate", above(0));
//       v("warmup", warmup, "steps in which the rate rises", at_least(0));
//     }
//   };
//
// Numbers, also those of a list, are finite and in the range that is given (base/number_range.h).
//
// A member may be bool, int, int64_t, uint64_t, float, double, std::string, a vector of int64_t, double or
// std::string, a std::optional of int64_t, double or std::string, another such struct, or an enum for which
// `names_of` is declared beside it, with one name for each value counted from 0:
//
//   constexpr std::array<std::string_view, 2> names_of(Norm) { return {"pre", "post"}; }
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "hodhod/base/json.h"
#include "hodhod/base/number_range.h"

namespace hodhod {

struct EnumMember {
  std::vector<std::string_view> names;
  std::function<size_t()> get;
  std::function<void(size_t)> set;
};

// One member of a configuration, with a pointer into it.
struct Field {
  std::string path;  // "schedule.rate": members of a member after a dot
  std::string doc;
  std::variant<bool*, int*, int64_t*, uint64_t*, float*, double*, std::string*, std::vector<int64_t>*,
               std::vector<double>*, std::vector<std::string>*, std::optional<int64_t>*,
               std::optional<double>*, std::optional<std::string>*, EnumMember>
      member;
  NumberRange range = {};  // of its numbers
};

// The field of one member that is not itself such a struct.
template <class Member>
Field field_of(std::string path, Member& member, std::string doc, NumberRange range = {}) {
  if constexpr (std::is_enum_v<Member>) {
    const auto names = names_of(Member{});
    return {std::move(path), std::move(doc),
            EnumMember{{names.begin(), names.end()},
                       [&member] { return static_cast<size_t>(member); },
                       [&member](size_t value) { member = static_cast<Member>(value); }}};
  } else {
    return {std::move(path), std::move(doc), &member, range};
  }
}

namespace detail {

class FieldCollector {
 public:
  FieldCollector(std::vector<Field>& fields, std::string prefix)
      : fields_(fields), prefix_(std::move(prefix)) {}

  template <class Member>
  void operator()(const char* name, Member& member, const char* doc = "", NumberRange range = {}) {
    std::string path = prefix_ + name;
    if constexpr (requires { member.visit(*this); }) {
      member.visit(FieldCollector(fields_, path + "."));
    } else {
      fields_.push_back(field_of(std::move(path), member, doc, range));
    }
  }

 private:
  std::vector<Field>& fields_;
  std::string prefix_;
};

}  // namespace detail

// The members in the order in which `visit` names them. They point into `config`, which must outlive them.
template <class Config>
std::vector<Field> fields_of(Config& config) {
  std::vector<Field> fields;
  config.visit(detail::FieldCollector(fields, ""));
  return fields;
}

// The members as an object. A member struct is an object inside it, an empty optional is null.
Json fields_to_json(const std::vector<Field>& fields);
// Sets the members that `object` names; others, and those that are null in it, keep their values. An
// Error names `where`, the key and the expected type or range. Returns the keys that no member has
// ("schedule.wormup").
std::vector<std::string> fields_from_json(const Json& object, const std::vector<Field>& fields,
                                          const std::string& where);

// Error if a number is outside its range; it names `where`, the member, the range and the value.
void check_fields(const std::vector<Field>& fields, const std::string& where);

// The name of the flag without its two dashes: "schedule-rate".
std::string field_flag(const Field& field);
// What the flag takes: "a number", "a whole number", "yes|no", "text", "pre|post", "numbers", "texts" …
std::string field_kind(const Field& field);
// The same in a help text: "NUMBER", "N", "yes|no", "TEXT", "pre|post", "NUMBER,…".
std::string field_placeholder(const Field& field);
// The kind with the range: "a whole number (from 1 to 10)".
std::string field_expectation(const Field& field);
bool is_switch(const Field& field);
// The value as text for the flag; list items are separated by commas.
std::string field_text(const Field& field);
// Sets the member from a flag's text. An Error names the member in backquotes, and what it takes; the member
// then keeps its value.
void set_field(const Field& field, std::string_view text);
// The same; `place` opens the Error's message.
void set_field(const Field& field, std::string_view text, const std::string& place);

template <class Config>
Json to_json(const Config& config) {
  return fields_to_json(fields_of(const_cast<Config&>(config)));  // only read
}

template <class Config>
std::vector<std::string> from_json(const Json& object, Config& config, const std::string& where) {
  return fields_from_json(object, fields_of(config), where);
}

}  // namespace hodhod
