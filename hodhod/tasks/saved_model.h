// SPDX-License-Identifier: Apache-2.0
// Writes the model of any task to a directory that this program and Transformers (AutoTokenizer,
// AutoModelFor…, pipeline) can both read.
#pragma once

#include <optional>
#include <string>

#include "hodhod/base/json.h"
#include "hodhod/decode/options.h"
#include "hodhod/models/model.h"
#include "hodhod/models/origin.h"
#include "hodhod/text/tokenizer.h"

namespace hodhod {

struct SavedModel {
  Model& model;
  const text::Tokenizer& tokenizer;
  const ModelOrigin& origin;                   // of the model that this one was made from
  Json task = Json::object();                  // members of config.json that the task decides
  std::optional<DecodeOptions> decoding = {};  // default decoding of a model that generates text
};

// Writes, each file atomically and in this order: generation_config.json, the origin's other settings, the
// tokenizer's files, the weights, and config.json (see config_json).
//
// generation_config.json is the origin's; a new model with `decoding` gets a new one (see generation_json).
// If the directory holds an earlier model of the same run, the existing file stays, as it may have been
// edited by hand.
void save_model(const SavedModel& saved, const std::string& directory);

}  // namespace hodhod
