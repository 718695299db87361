// SPDX-License-Identifier: Apache-2.0
// config.json, read so that no setting is passed over in silence: a family asks for those that it knows, and
// what nobody asked for and is not known to be harmless (known_settings.h) is named in a warning.
#pragma once

#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hodhod/base/json.h"
#include "hodhod/base/visit.h"
#include "hodhod/kernels/formulas.h"

namespace hodhod::hf {

// A setting of theirs that is an option of the model, under the option's name.
struct KeyRule {
  std::string_view theirs, ours;
};

// A value in a message, cut when it is long.
std::string shown(const Json& value);

// Errors and warnings begin with the file's path and the key.
class ConfigReader {
 public:
  // Refers to `object`. `inside` names the settings that hold it, if any ("rope_scaling").
  ConfigReader(const Json& object, std::string path, std::string inside = {});

  const std::string& path() const { return path_; }
  // "config.json: rope_scaling: factor"
  std::string place(std::string_view key) const;

  // The value; null where there is no such key, and where its value is null.
  const Json* find(std::string_view key);
  // Whether the key is there, be it null.
  bool mentions(std::string_view key);
  // `fallback` where there is no value.
  template <class T>
  T get_or(std::string_view key, T fallback) {
    const Json* value = find(key);
    return value == nullptr ? fallback : json_as<T>(*value, place(key));
  }
  kernels::Activation activation_or(std::string_view key, kernels::Activation fallback);
  // Sets the options that the file gives; an Error when a value is of another type, or outside the option's
  // range.
  void read(std::span<const KeyRule> rules, const std::vector<Field>& options);

  // An Error when the key has a value, and it is another one.
  void only(std::string_view key, const Json& known);

  void warn(std::string_view key, std::string_view sentence);
  // Of settings inside this one.
  void join(const ConfigReader& inner);
  // What is left over joins the warnings, or is an Error where it is known to change what the model computes.
  void finish();
  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  std::string where() const;

  const Json& object_;
  std::string path_, inside_;
  std::set<std::string, std::less<>> asked_;
  std::vector<std::string> warnings_;
};

// Those of the options that the rules name, under the names of theirs.
std::vector<Field> fields_named(std::span<const KeyRule> rules, const std::vector<Field>& options);

}  // namespace hodhod::hf
