// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/hf/config_reader.h"

#include <algorithm>

#include "hodhod/base/error.h"
#include "hodhod/models/hf/known_settings.h"

namespace hodhod::hf {

std::string shown(const Json& value) {
  constexpr size_t kMost = 80;
  std::string text = format_json(value, -1);
  if (text.size() <= kMost) return text;
  size_t end = kMost;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end) + "...";
}

ConfigReader::ConfigReader(const Json& object, std::string path, std::string inside)
    : object_(object), path_(std::move(path)), inside_(std::move(inside)) {
  check(object.is_object(), "{}: expected an object of settings", where());
}

std::string ConfigReader::where() const { return inside_.empty() ? path_ : path_ + ": " + inside_; }

std::string ConfigReader::place(std::string_view key) const { return fmt::format("{}: {}", where(), key); }

const Json* ConfigReader::find(std::string_view key) {
  asked_.emplace(key);
  const Json* value = json_find(object_, key);
  return value == nullptr || value->is_null() ? nullptr : value;
}

bool ConfigReader::mentions(std::string_view key) {
  asked_.emplace(key);
  return json_find(object_, key) != nullptr;
}

kernels::Activation ConfigReader::activation_or(std::string_view key, kernels::Activation fallback) {
  return activation_named(key, get_or<std::string>(key, std::string(kernels::name_of(fallback))));
}

kernels::Activation ConfigReader::activation_named(std::string_view key, std::string_view name) const {
  try {
    return kernels::activation_named(name);
  } catch (const Error& error) {
    fail("{}: {}", place(key), error.what());
  }
}

void ConfigReader::read(std::span<const KeyRule> rules, const std::vector<Field>& options) {
  Json given = Json::object();
  for (const KeyRule& rule : rules) {
    if (const Json* value = find(rule.theirs)) given[std::string(rule.theirs)] = *value;
  }
  fields_from_json(given, fields_named(rules, options), where());
}

void ConfigReader::only(std::string_view key, const Json& known) {
  const Json* value = find(key);
  fixed_.insert_or_assign(std::string(key), known);
  check(value == nullptr || *value == known,
        "{} is {}, and only models where it is {} are known; this one would be computed wrongly", place(key),
        value == nullptr ? "" : shown(*value), shown(known));
}

void ConfigReader::warn(std::string_view key, std::string_view sentence) {
  warnings_.push_back(place(key) + ": " + std::string(sentence));
}

void ConfigReader::join(const ConfigReader& inner) {
  warnings_.insert(warnings_.end(), inner.warnings_.begin(), inner.warnings_.end());
}

void ConfigReader::finish() {
  std::string unknown;
  for (const auto& [key, value] : object_.items()) {
    if (asked_.contains(key) || value.is_null()) continue;
    const Effect effect = effect_of(key, value);
    check(effect != Effect::other_model, "{} is {}; models with this setting are not known", place(key),
          shown(value));
    if (effect == Effect::none) continue;
    unknown += fmt::format("{}{} = {}", unknown.empty() ? "" : ", ", key, shown(value));
  }
  if (unknown.empty()) return;
  warnings_.push_back(where() + ": settings that are not known are not used: " + unknown);
}

std::vector<Field> fields_named(std::span<const KeyRule> rules, const std::vector<Field>& options) {
  std::vector<Field> named;
  for (const KeyRule& rule : rules) {
    const auto found = std::find_if(options.begin(), options.end(),
                                    [&](const Field& field) { return field.path == rule.ours; });
    check(found != options.end(), "the setting {} has no option {}", rule.theirs, rule.ours);
    named.push_back(*found);
    named.back().path = rule.theirs;
  }
  return named;
}

}  // namespace hodhod::hf
