// SPDX-License-Identifier: Apache-2.0
// A model is a directory in Hugging Face's layout: config.json, model.safetensors (or shards), and beside
// them a tokenizer and what the task needs.
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

// What a directory says of its model, read once: to be looked at and changed before the model is made.
struct ModelDirectory {
  std::string path;
  Json json;                               // config.json as it stands
  const ModelType* type = nullptr;         // by its model_type
  std::unique_ptr<ModelConfig> config;     // what it says
  std::vector<std::string> warnings = {};  // settings of the file that are not used
  ModelOrigin origin = {};                 // this and the other settings, for a model that is made from it

  // Error when a file is missing or damaged, or describes a model that is not known.
  static ModelDirectory open(const std::string& path);
};

struct LoadOptions {
  // Parameters that the file lacks begin with values drawn for them: a new head on a trained body.
  bool allow_missing = false;
  // Parameters that are not taken from the file, even where it has them.
  ParameterChoice leave_out = {};
  uint64_t seed = 1;  // of the values drawn
};

struct LoadedModel {
  std::unique_ptr<Model> model;
  std::vector<std::string> missing;   // parameters that were not in the file
  std::vector<std::string> warnings;  // settings and tensors that are not used; a line each
  ModelOrigin origin;                 // what else the directory says
};

// The model of the directory's `config` with the directory's weights. Error when these are missing, damaged,
// or of another model; memory is taken only for weights that are there or may be missing, and values are
// drawn only for those that the file lacks.
LoadedModel load_model(const ModelDirectory& directory, const LoadOptions& options = {});
LoadedModel load_model(const std::string& directory, const LoadOptions& options = {});

constexpr int64_t kMaxShardBytes = 5'000'000'000;  // Hugging Face's own choice

// Writes model.safetensors (several files beyond `max_shard_bytes`) and config.json, each atomically. `task`
// and `origin` are as for config_json().
void save_model_files(Model& model, const std::string& directory, const Json& task = Json::object(),
                      const ModelOrigin& origin = {}, int64_t max_shard_bytes = kMaxShardBytes);

}  // namespace hodhod
