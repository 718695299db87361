// SPDX-License-Identifier: Apache-2.0
// What a model's directory says beside its weights and its tokenizer: kept, so that a model made from it by
// further training says the same to whoever reads it, except for what the training changed.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "hodhod/base/json.h"

namespace hodhod {

struct ModelOrigin {
  Json config = Json::object();                            // config.json; empty for a new model
  Json generation = nullptr;                               // generation_config.json; null without one
  std::vector<std::pair<std::string, std::string>> files;  // further settings: name and bytes

  // Whether the model is new, made from no directory.
  bool is_new() const { return config.empty(); }
};

// Of the model in `directory`, whose config.json is `config`. The further files say how text becomes
// ids: chat_template.jinja, chat_template.json, preprocessor_config.json and processor_config.json. Error
// when generation_config.json is not a JSON object.
ModelOrigin read_origin(const std::string& directory, Json config);

}  // namespace hodhod
