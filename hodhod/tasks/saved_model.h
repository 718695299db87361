// SPDX-License-Identifier: Apache-2.0
// The one way in which a task's model is written: a directory that this program and Transformers read alike
// (AutoTokenizer, AutoModelFor…, pipeline).
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
  std::optional<DecodeOptions> decoding = {};  // how a model that writes text does so by default
};

// Writes, each file atomically, generation_config.json, further settings of the origin, the tokenizer's
// files, the weights, and last config.json (see config_json).
//
// generation_config.json is that of the origin; of a new model with `decoding` it is a new one (see
// generation_json). Where an earlier model of the same run is in the directory, the file that is there stays,
// as it may have been changed by hand.
void save_model(const SavedModel& saved, const std::string& directory);

}  // namespace hodhod
