// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/config_json.h"

#include <algorithm>
#include <string>

namespace hodhod {
namespace {

constexpr const char* kOfHead[] = {"id2label", "label2id", "num_labels", "problem_type"};
// This setting names code that lies beside the old weights.
constexpr const char* kOldCode = "auto_map";
// Newer releases of Transformers write these in one object; older ones and this program write them apart.
constexpr const char* kRotaryKeys[] = {"rope_theta", "rope_scaling"};
constexpr const char* kRotaryObject = "rope_parameters";

// Whether two values are equal, apart from the order of an object's members.
bool says_the_same(const Json& a, const Json& b) {
  if (!a.is_object() || !b.is_object() || a.size() != b.size()) return a == b;
  for (const auto& [key, value] : a.items()) {
    const Json* other = json_find(b, key);
    if (other == nullptr || !(*other == value)) return false;
  }
  return true;
}

void set_unless_said(Json& json, const std::string& key, const Json& value) {
  const Json* said = json_find(json, key);
  if (said == nullptr || !says_the_same(*said, value)) json[key] = value;
}

// Puts the options that differ between `before` and `after` into the origin's settings.
void put_changes(Json& json, const Json& before, const Json& after) {
  const auto changed = [&](const std::string& key) {
    const Json *old = json_find(before, key), *now = json_find(after, key);
    return (old == nullptr) != (now == nullptr) || (now != nullptr && !(*old == *now));
  };
  if (std::any_of(std::begin(kRotaryKeys), std::end(kRotaryKeys), changed) && json.contains(kRotaryObject)) {
    json.erase(kRotaryObject);
    for (const char* key : kRotaryKeys) {
      if (const Json* value = json_find(after, key)) json[key] = *value;
    }
  }
  for (const auto& [key, value] : after.items()) {
    if (changed(key)) json[key] = value;
  }
  for (const auto& [key, value] : before.items()) {
    if (!after.contains(key)) json.erase(key);
  }
}

void put_weight_type(Json& json) {
  if (json.contains("dtype")) json["dtype"] = "float32";
  if (json.contains("torch_dtype") || !json.contains("dtype")) json["torch_dtype"] = "float32";
}

// task_specific_params holds settings by the name of their task; those of other tasks stay, and null takes
// one away.
void put_task_params(Json& json, const Json& task) {
  const Json* params = json_find(task, "task_specific_params");
  if (params == nullptr) return;
  Json& all = json["task_specific_params"];
  if (!all.is_object()) all = Json::object();
  for (const auto& [name, values] : params->items()) {
    Json& one = all[name];
    if (!one.is_object()) one = Json::object();
    for (const auto& [key, value] : values.items()) {
      if (value.is_null()) {
        one.erase(key);
      } else {
        one[key] = value;
      }
    }
  }
}

const ModelType* type_of(const Json& origin) {
  const Json* type = json_find(origin, "model_type");
  return type == nullptr || !type->is_string() ? nullptr : find_model_type(type->get<std::string>());
}

}  // namespace

const ModelType& type_to_save(const ModelConfig& config, const Json& origin) {
  return config.type(type_of(origin));
}

Json config_json(const ModelConfig& config, const Json& task, const Json& origin) {
  const ModelType& type = type_to_save(config, origin);
  const Json options = type.write(config);
  Json json = options;
  if (type_of(origin) == &type) {
    json = origin;
    put_changes(json, type.write(*type.read(origin, "config.json").config), options);
    set_unless_said(json, "architectures", options["architectures"]);
    json.erase(kOldCode);
  }
  // A model whose head has no labels may name some all the same.
  const Json* head = json_find(origin, "architectures");
  const bool same_head = head != nullptr && *head == options["architectures"];
  for (const char* key : kOfHead) {
    if (const Json* value = json_find(task, key)) set_unless_said(json, key, *value);
    if (!options.contains("id2label") && !same_head) json.erase(key);
  }
  // The number follows from the names.
  if (json.contains("id2label")) json.erase("num_labels");
  put_task_params(json, task);
  put_weight_type(json);
  return json;
}

Json settings_of_task(const Json& config, std::string_view task) {
  const Json* all = config.is_object() ? json_find(config, "task_specific_params") : nullptr;
  const Json* own = all != nullptr && all->is_object() ? json_find(*all, task) : nullptr;
  return own != nullptr && own->is_object() ? *own : Json::object();
}

}  // namespace hodhod
