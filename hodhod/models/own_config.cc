// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/own_config.h"

#include <utility>

#include "hodhod/base/error.h"

namespace hodhod {

ReadConfig checked(hf::ConfigReader& reader, std::unique_ptr<ModelConfig> config) {
  reader.finish();
  try {
    config->validate();
  } catch (const Error& error) {
    fail("{}: {}", reader.path(), error.what());
  }
  return {std::move(config), reader.warnings()};
}

void write_options(std::span<const hf::KeyRule> rules, const ModelConfig& config, Json& out) {
  const auto copy = config.clone();  // whose fields can be taken
  const Json options = fields_to_json(hf::fields_named(rules, copy->fields()));
  for (const auto& [key, value] : options.items()) out[key] = value;
}

}  // namespace hodhod
