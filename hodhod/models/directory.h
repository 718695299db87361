// SPDX-License-Identifier: Apache-2.0
// Loads and saves models. A model is stored as a directory in Hugging Face's layout: config.json,
// model.safetensors (or shards), and usually a tokenizer and files of the task.
//
//     ModelDirectory directory = ModelDirectory::open("my-poet");
//     directory.config->change("dropout=0.2");
//     LoadedModel loaded = load_model(directory);
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "hodhod/base/json.h"
#include "hodhod/models/model.h"
#include "hodhod/models/origin.h"
#include "hodhod/models/registry.h"

namespace hodhod {

// What a directory says about its model, without the weights. config.json is read once. `config` can be
// inspected and changed before load_model() makes the model from it.
struct ModelDirectory {
  std::string path;
  Json json;                               // config.json as it is in the file
  const ModelType* type = nullptr;         // the type that model_type names; never null after open()
  std::unique_ptr<ModelConfig> config;     // the configuration that config.json describes
  std::vector<std::string> warnings = {};  // settings in the file that are not used, a sentence each
  ModelOrigin origin = {};                 // all settings, to be saved again with a model made from this one

  // Error when `path` is not a directory, when config.json is missing, damaged or of an unknown type, or when
  // another settings file is damaged (read_origin). Does not look at the weights.
  static ModelDirectory open(const std::string& path);
};

struct LoadOptions {
  // If true, parameters that the file lacks get newly drawn initial values, such as a new head on a trained
  // body. If false, a missing parameter is an Error.
  bool allow_missing = false;
  // Parameters that are not taken from the file, even if it has them. They count as missing, so they need
  // allow_missing. Empty: none.
  ParameterChoice leave_out = {};
  uint64_t seed = 1;  // for the drawn values
};

struct LoadedModel {
  std::unique_ptr<Model> model;
  std::vector<std::string> missing;   // parameters that were not taken from the file but drawn
  std::vector<std::string> warnings;  // settings and tensors that are not used; a line each
  ModelOrigin origin;                 // the directory's settings, for saving
};

// Makes the model from the directory's `config` and loads the directory's weights into it. The model's name
// becomes the directory's path. Error when the weights are missing, damaged, or belong to another model. All
// names and shapes are checked before memory for the model is allocated, and initial values are drawn only
// for the parameters in `missing`.
LoadedModel load_model(const ModelDirectory& directory, const LoadOptions& options = {});
LoadedModel load_model(const std::string& directory, const LoadOptions& options = {});

constexpr int64_t kMaxShardBytes = 5'000'000'000;  // Hugging Face's own choice

// Writes model.safetensors (several files if it is larger than `max_shard_bytes`; none for a model without
// parameters), the model's own files, and config.json, each atomically. Creates the directory if needed.
// `task` and `origin.config` are the arguments of config_json(); the other settings in `origin` are not
// written here. Error when no type can hold the configuration.
void save_model_files(Model& model, const std::string& directory, const Json& task = Json::object(),
                      const ModelOrigin& origin = {}, int64_t max_shard_bytes = kMaxShardBytes);

}  // namespace hodhod
