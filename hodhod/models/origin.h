// SPDX-License-Identifier: Apache-2.0
// The settings in a model's directory, apart from its weights and its tokenizer. They are kept, so that a
// model trained further from this one is saved with the same settings, except for those that training
// changed.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "hodhod/base/json.h"
#include "hodhod/models/adapter_config.h"

namespace hodhod {

struct ModelOrigin {
  Json config = Json::object();                            // config.json; empty for a new model
  Json generation = nullptr;                               // generation_config.json; null without one
  std::vector<std::pair<std::string, std::string>> files;  // further settings: name and bytes
  std::optional<ModelAdapter> adapter = {};                // the model is another one with this adapter

  // Whether the model is new, rather than made from a directory.
  bool is_new() const { return config.empty(); }
};

// Reads the settings in `directory`, whose config.json is `config`. The further files describe how text
// becomes ids: chat_template.jinja, chat_template.json, preprocessor_config.json and processor_config.json.
// Error when generation_config.json is not a JSON object.
ModelOrigin read_origin(const std::string& directory, Json config);

}  // namespace hodhod
