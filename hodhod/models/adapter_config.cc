// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/adapter_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <filesystem>
#include <optional>
#include <string_view>

#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/io/tensor_file.h"

namespace hodhod {
namespace {

// Settings that are read, or that say nothing about the finished adapter: how it was made and where it came
// from. The names of its tensors say which layers it adapts.
constexpr auto kHarmless = std::to_array<std::string_view>({"peft_type",
                                                            "base_model_name_or_path",
                                                            "r",
                                                            "lora_alpha",
                                                            "lora_dropout",
                                                            "use_rslora",
                                                            "rank_pattern",
                                                            "alpha_pattern",
                                                            "use_dora",
                                                            "bias",
                                                            "fan_in_fan_out",
                                                            "target_modules",
                                                            "modules_to_save",
                                                            "task_type",
                                                            "inference_mode",
                                                            "init_lora_weights",
                                                            "revision",
                                                            "auto_mapping",
                                                            "exclude_modules",
                                                            "layers_pattern",
                                                            "layers_to_transform",
                                                            "megatron_core",
                                                            "peft_version",
                                                            "eva_config",
                                                            "runtime_config",
                                                            "qalora_group_size",
                                                            "loftq_config"});

// Settings that change what an adapter means, and why.
struct Unsupported {
  std::string_view key, what;
};
constexpr auto kUnsupported =
    std::to_array<Unsupported>({{"use_qalora", "QALoRA, which adapts quantised weights"},
                                {"use_bdlora", "block-diagonal LoRA"},
                                {"lora_bias", "a bias of the adapter's own"},
                                {"layer_replication", "layers that are used several times"},
                                {"trainable_token_indices", "trained rows of the embedding"},
                                {"target_parameters", "adapters of parameters outside of linear layers"},
                                {"alora_invocation_tokens", "an adapter that a token switches on"},
                                {"arrow_config", "a choice among several adapters"},
                                {"corda_config", "CorDA, which changes the base"},
                                {"megatron_config", "layers of Megatron"}});

// Whether a setting says no more than that a thing is not used.
bool says_nothing(const Json& value) {
  if (value.is_null() || value.empty()) return true;
  if (const bool* on = value.get_if<bool>()) return !*on;
  return value.is_string() && value.text().empty();
}

void check_settings(const Json& json, const std::string& file) {
  for (const auto& [key, value] : json.items()) {
    if (std::find(kHarmless.begin(), kHarmless.end(), key) != kHarmless.end() || says_nothing(value))
      continue;
    for (const auto& [name, what] : kUnsupported)
      check(key != name, "{}: {} asks for {}, which is not supported; merge the adapter where it was trained",
            file, key, what);
    fail("{}: the setting {} is not known, and may change what the adapter means; remove it if it does not",
         file, key);
  }
}

// How A and B were first drawn matters only where the base was changed as well.
void check_initial(const Json& json, const std::string& file) {
  const Json* how = json.find("init_lora_weights");
  if (how == nullptr || !how->is_string()) return;
  for (const std::string_view other : {"pissa", "olora", "loftq", "corda", "lora_ga"})
    check(!how->text().starts_with(other),
          "{}: init_lora_weights is {}, which changes the base, too; merge the adapter where it was trained",
          file, how->text());
}

std::vector<std::string> list_in(const Json& json, const char* key, const std::string& file) {
  const Json* list = json.find(key);
  if (list == nullptr || list->is_null() || list->is_string()) return {};
  return json_get<std::vector<std::string>>(json, key, file);
}

// A setting of layers by the ends of their names, with numbers that are at least `least`.
Json numbers_by_layer(const Json& json, const char* key, double least, const std::string& file) {
  const Json* found = json.find(key);
  if (found == nullptr || says_nothing(*found)) return Json::object();
  check(found->is_object(), "{}: {}: expected an object", file, key);
  for (const auto& [layer, value] : found->items()) {
    const bool plain = !layer.empty() && std::all_of(layer.begin(), layer.end(), [](char c) {
      return c == '.' || c == '_' || std::isalnum(static_cast<unsigned char>(c));
    });
    check(plain, "{}: {}: {} is a regular expression; name the layers one by one", file, key, layer);
    check(value.is_number() && std::isfinite(value.get<double>()) && value.get<double>() >= least,
          "{}: {}: {} is {}; expected a number{}", file, key, layer, format_json(value, -1),
          least > 0 ? fmt::format(" of at least {}", least) : "");
  }
  return *found;
}

// What a setting says of a layer; nothing if it does not name it. PEFT compares the ends of names.
std::optional<double> of_layer(const Json& setting, std::string_view layer) {
  for (const auto& [key, value] : setting.items()) {
    const bool ends =
        layer.size() > key.size() && layer.ends_with(key) && layer[layer.size() - key.size() - 1] == '.';
    if (ends || layer == key) return value.get<double>();
  }
  return {};
}

Json texts(const std::vector<std::string>& values) { return values.empty() ? Json(nullptr) : Json(values); }

Json number(double value) {
  const auto whole = static_cast<int64_t>(value);
  return static_cast<double>(whole) == value ? Json(whole) : Json(value);
}

}  // namespace

double AdapterConfig::scale(int64_t of_rank, std::string_view layer) const {
  const auto r = static_cast<double>(of_rank);
  return of_layer(alphas, layer).value_or(alpha) / (rank_stabilised ? std::sqrt(r) : r);
}

bool is_adapter_directory(const std::string& directory) {
  if (!file_exists(join_path(directory, kAdapterConfig))) return false;
  return weights_in(directory).empty();
}

std::string adapter_weights_in(const std::string& directory) {
  for (const char* name : {kAdapterWeights, "adapter_model.bin"}) {
    if (std::string path = join_path(directory, name); file_exists(path)) return path;
  }
  return "";
}

AdapterConfig read_adapter_config(const std::string& directory) {
  const std::string file = join_path(directory, kAdapterConfig);
  const Json json = read_json(file);
  check(json.is_object(), "{}: expected an object", file);
  const auto kind = json_get<std::string>(json, "peft_type", file);
  check(kind == "LORA", "{}: peft_type is {}; adapters of type LORA are supported", file, kind);
  check_settings(json, file);
  check_initial(json, file);
  const auto bias = json_get_or<std::string>(json, "bias", "none", file);
  check(bias == "none",
        "{}: bias is \"{}\", and biases that were trained are not supported; merge the adapter "
        "where it was trained",
        file, bias);
  AdapterConfig config;
  if (const Json* base = json.find("base_model_name_or_path"); base != nullptr && !base->is_null())
    config.base = json_get<std::string>(json, "base_model_name_or_path", file);
  config.rank = json_get_or<int64_t>(json, "r", config.rank, file);
  config.alpha = json_get_or<double>(json, "lora_alpha", config.alpha, file);
  config.dropout = json_get_or<double>(json, "lora_dropout", config.dropout, file);
  check(config.rank >= 1, "{}: r is {}; a rank is at least 1", file, config.rank);
  check(std::isfinite(config.alpha), "{}: lora_alpha is {}; give a finite number", file, config.alpha);
  check(config.dropout >= 0 && config.dropout < 1, "{}: lora_dropout is {}; give one from 0 to below 1", file,
        config.dropout);
  config.rank_stabilised = json_get_or<bool>(json, "use_rslora", false, file);
  config.transposed = json_get_or<bool>(json, "fan_in_fan_out", false, file);
  config.dora = json_get_or<bool>(json, "use_dora", false, file);
  config.ranks = numbers_by_layer(json, "rank_pattern", 1, file);
  config.alphas = numbers_by_layer(json, "alpha_pattern", -HUGE_VAL, file);
  config.targets = list_in(json, "target_modules", file);
  config.saved = list_in(json, "modules_to_save", file);
  if (const Json* task = json.find("task_type"); task != nullptr && task->is_string())
    config.task_type = task->text();
  return config;
}

Json adapter_config_json(const AdapterConfig& config) {
  return Json::Object{{"alpha_pattern", config.alphas},
                      {"auto_mapping", nullptr},
                      {"base_model_name_or_path", config.base},
                      {"bias", "none"},
                      {"exclude_modules", nullptr},
                      {"fan_in_fan_out", config.transposed},
                      {"inference_mode", true},
                      {"init_lora_weights", true},
                      {"layer_replication", nullptr},
                      {"layers_pattern", nullptr},
                      {"layers_to_transform", nullptr},
                      {"loftq_config", Json::object()},
                      {"lora_alpha", number(config.alpha)},
                      {"lora_bias", false},
                      {"lora_dropout", config.dropout},
                      {"megatron_config", nullptr},
                      {"megatron_core", "megatron.core"},
                      {"modules_to_save", texts(config.saved)},
                      {"peft_type", "LORA"},
                      {"r", config.rank},
                      {"rank_pattern", config.ranks},
                      {"revision", nullptr},
                      {"target_modules", Json(config.targets)},
                      {"task_type", config.task_type.empty() ? Json(nullptr) : Json(config.task_type)},
                      {"use_dora", false},
                      {"use_rslora", config.rank_stabilised}};
}

std::string find_adapter_base(const std::string& directory, const AdapterConfig& config) {
  const std::string file = join_path(directory, kAdapterConfig);
  check(
      !config.base.empty(),
      "{}: base_model_name_or_path is missing; give the base's directory in place of the adapter's, and the "
      "adapter's with --adapter",
      file);
  const std::filesystem::path base(config.base);
  const std::string beside = (std::filesystem::path(directory) / base).lexically_normal().string();
  for (const std::string& path : {base.is_absolute() ? config.base : beside, config.base}) {
    if (!is_directory(path)) continue;
    check(!is_adapter_directory(path),
          "{}: the base {} is an adapter itself; write it as a whole model first, with `hodhod convert {} "
          "--merge-adapter`",
          file, path, path);
    return path;
  }
  fail(
      "{}: there is no directory {} (base_model_name_or_path); give the base's directory in place of the "
      "adapter's, and the adapter's with --adapter",
      file, config.base);
}

}  // namespace hodhod
