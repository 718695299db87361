// SPDX-License-Identifier: Apache-2.0
// Reads config.json so that no setting is silently ignored. A family asks for the settings that it knows. A
// setting that it did not ask for is named in a warning, unless it is known to be harmless
// (known_settings.h).
//
//     ConfigReader reader(json, path);
//     reader.read(rules, fields);  // and other questions
//     reader.finish();             // then reader.warnings()
#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hodhod/base/json.h"
#include "hodhod/base/visit.h"
#include "hodhod/kernels/formulas.h"

namespace hodhod::hf {

// A setting of Hugging Face's (`theirs`) that is an option of our model (`ours`).
struct KeyRule {
  std::string_view theirs, ours;
};

// A value as text for a message; long values are cut.
std::string shown(const Json& value);

// Errors and warnings begin with the file's path and the key, as place() gives them.
class ConfigReader {
 public:
  // Reads `object`, which must outlive the reader. If it is a value inside another one, `inside` is the key
  // ("rope_scaling"). Error when it is not a JSON object.
  ConfigReader(const Json& object, std::string path, std::string inside = {});

  const std::string& path() const { return path_; }
  // "config.json: rope_scaling: factor"
  std::string place(std::string_view key) const;

  // The value of a key. Null if there is no such key or if its value is JSON's null.
  const Json* find(std::string_view key);
  // Whether the key is there, even if its value is null.
  bool mentions(std::string_view key);
  // The value, or `fallback` if there is none. Error when the value is of another type.
  template <class T>
  T get_or(std::string_view key, T fallback) {
    const Json* value = find(key);
    return value == nullptr ? fallback : json_as<T>(*value, place(key));
  }
  // The same for the name of an activation. Error when the name is unknown.
  kernels::Activation activation_or(std::string_view key, kernels::Activation fallback);
  // The activation of a name that the value of the key contains. Error when the name is unknown.
  kernels::Activation activation_named(std::string_view key, std::string_view name) const;
  // Sets the options for which the file has a value. Error when a value is of another type or outside the
  // option's range.
  void read(std::span<const KeyRule> rules, const std::vector<Field>& options);

  // Error when the key has a value other than `known`: the model would be computed wrongly.
  void only(std::string_view key, const Json& known);

  void warn(std::string_view key, std::string_view sentence);
  // The settings that were asked for, and those of them that may have one value alone.
  const std::set<std::string, std::less<>>& asked() const { return asked_; }
  const std::map<std::string, Json>& fixed() const { return fixed_; }

  // Takes over the warnings of a reader of settings inside this one.
  void join(const ConfigReader& inner);
  // Call this last. Settings that nobody asked for are added to the warnings, or are an Error if they are
  // known to change what the model computes.
  void finish();
  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  std::string where() const;

  const Json& object_;
  std::string path_, inside_;
  std::set<std::string, std::less<>> asked_;
  std::map<std::string, Json> fixed_;
  std::vector<std::string> warnings_;
};

// The options that the rules name, under the settings' names (`theirs`).
std::vector<Field> fields_named(std::span<const KeyRule> rules, const std::vector<Field>& options);

}  // namespace hodhod::hf
