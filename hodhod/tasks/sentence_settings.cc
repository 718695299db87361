// SPDX-License-Identifier: Apache-2.0
// The files of sentence-transformers (Reimers and Gurevych 2019, "Sentence-BERT").
#include <algorithm>
#include <array>

#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/base/json.h"
#include "hodhod/tasks/embed.h"

namespace hodhod {
namespace {

struct NamedPooling {
  const char* key;
  std::optional<Pooling> pooling;  // none: not supported
};
constexpr std::array<NamedPooling, 6> kPoolings = {{{"pooling_mode_mean_tokens", Pooling::mean},
                                                    {"pooling_mode_cls_token", Pooling::cls},
                                                    {"pooling_mode_lasttoken", Pooling::last},
                                                    {"pooling_mode_max_tokens", {}},
                                                    {"pooling_mode_mean_sqrt_len_tokens", {}},
                                                    {"pooling_mode_weightedmean_tokens", {}}}};

Pooling read_pooling(const std::string& file) {
  const Json json = read_json(file);
  check(json.is_object(), "{}: expected an object", file);
  std::optional<Pooling> found;
  // Newer files have one key.
  if (const Json* mode = json_find(json, "pooling_mode"); mode != nullptr && mode->is_string()) {
    const auto name = mode->get<std::string>();
    if (name == "mean") found = Pooling::mean;
    if (name == "cls") found = Pooling::cls;
    if (name == "lasttoken") found = Pooling::last;
    check(found.has_value(), "{}: pooling_mode: {} is not supported; mean, cls and lasttoken are", file,
          name);
    return *found;
  }
  for (const NamedPooling& named : kPoolings) {
    if (!json_get_or<bool>(json, named.key, false, file)) continue;
    check(named.pooling.has_value(), "{}: {} is not supported; the mean, the first token and the last are",
          file, named.key);
    check(!found, "{}: several ways of pooling beside each other are not supported; choose one", file);
    found = named.pooling;
  }
  return found.value_or(Pooling::mean);
}

}  // namespace

SentenceSettings sentence_settings_in(const std::string& directory) {
  SentenceSettings settings;
  const std::string file = join_path(directory, "modules.json");
  if (!file_exists(file)) return settings;
  const Json modules = read_json(file);
  check(modules.is_array(), "{}: expected a list of modules", file);
  for (const Json& module : modules) {
    const auto type = json_get<std::string>(module, "type", file);
    const std::string name = type.substr(type.rfind('.') + 1),
                      folder = join_path(directory, json_get_or<std::string>(module, "path", "", file));
    if (name == "Pooling") {
      settings.options.pooling = read_pooling(join_path(folder, "config.json"));
    } else if (name == "Normalize") {
      settings.options.normalize = true;
    } else {
      check(name == "Transformer" || name == "StaticEmbedding" || name == "Dropout",
            "{}: the module {} is not supported, and vectors without it would be others; take it out of the "
            "list "
            "to have them all the same",
            file, name);
    }
  }
  const std::string limits = join_path(directory, "sentence_bert_config.json");
  if (file_exists(limits)) {
    const Json json = read_json(limits);
    settings.max_length = json_get_or<int64_t>(json, "max_seq_length", 0, limits);
    check(settings.max_length >= 0, "{}: max_seq_length: {} is not a number of tokens", limits,
          settings.max_length);
  }
  const std::string prompts = join_path(directory, "config_sentence_transformers.json");
  if (file_exists(prompts)) {
    const Json json = read_json(prompts);
    const Json* usual = json_find(json, "default_prompt_name");
    if (usual != nullptr && usual->is_string())
      settings.warnings.push_back(fmt::format(
          "{}: default_prompt_name: prompts are not put before texts; put it there yourself", prompts));
  }
  return settings;
}

}  // namespace hodhod
