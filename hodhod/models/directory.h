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
#include <string_view>
#include <utility>
#include <vector>

#include "hodhod/base/json.h"
#include "hodhod/models/model.h"
#include "hodhod/models/origin.h"
#include "hodhod/models/registry.h"

namespace hodhod {

// Where a model is: a directory, and the directories of adapters to attach to it. The directory may be that
// of an adapter itself, which then names its base.
struct ModelPath {
  ModelPath(std::string path) : directory(std::move(path)) {}  // NOLINT: a directory is a path
  ModelPath(const char* path) : directory(path) {}             // NOLINT
  ModelPath(std::string path, std::vector<std::string> further)
      : directory(std::move(path)), adapters(std::move(further)) {}

  std::string directory;
  std::vector<std::string> adapters = {};
};

// An adapter to attach.
struct AdapterDirectory {
  std::string path;
  AdapterConfig config;
};

// What a directory says about its model, without the weights. config.json is read once. `config` can be
// inspected and changed before load_model() makes the model from it.
struct ModelDirectory {
  std::string path;
  Json json;                               // config.json as it is in the file
  const ModelType* type = nullptr;         // the type that model_type names; never null after open()
  std::unique_ptr<ModelConfig> config;     // the configuration that config.json describes
  std::vector<std::string> warnings = {};  // settings in the file that are not used, a sentence each
  ModelOrigin origin = {};                 // all settings, to be saved again with a model made from this one
  std::string base = {};                   // the directory of an adapter's base, with the weights; else empty
  std::vector<AdapterDirectory> adapters = {};  // in the order in which they are attached

  // Error when `path` is not a directory, when config.json is missing, damaged or of an unknown type, or when
  // another settings file is damaged (read_origin). The same for an adapter's base, and for adapters. Does
  // not look at the weights.
  static ModelDirectory open(const ModelPath& path);

  const std::string& weights() const { return base.empty() ? path : base; }
};

struct LoadOptions {
  // If true, parameters that the file lacks get newly drawn initial values, such as a new head on a trained
  // body. If false, a missing parameter is an Error.
  bool allow_missing = false;
  // Parameters that are not taken from the file, even if it has them. They count as missing, so they need
  // allow_missing. Empty: none.
  ParameterChoice leave_out = {};
  uint64_t seed = 1;  // for the drawn values
  // Adapters are added to the weights of their layers, rather than attached to them.
  bool merge_adapters = false;
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
LoadedModel load_model(const ModelPath& path, const LoadOptions& options = {});

constexpr int64_t kMaxShardBytes = 5'000'000'000;  // Hugging Face's own choice

// Writes model.safetensors (several files if it is larger than `max_shard_bytes`; none for a model without
// parameters), the model's own files, and config.json, each atomically. Creates the directory if needed. The
// adapters of a model are added to the weights that are written.
// `task` and `origin.config` are the arguments of config_json(); the other settings in `origin` are not
// written here. Error when no type can hold the configuration.
void save_model_files(Model& model, const std::string& directory, const Json& task = Json::object(),
                      const ModelOrigin& origin = {}, int64_t max_shard_bytes = kMaxShardBytes);
// A README.md with this line is the program's own, and is written again.
constexpr std::string_view kCardMark =
    "<!-- Written by hodhod train. Without this line it is left as it is. -->";
// The name of a model's directory for a card, without the folders that it lies in.
std::string card_name(const std::string& directory);

// Writes the adapter of the model that `origin.adapter` describes: adapter_model.safetensors, config.json of
// the model with the adapter, adapter_config.json and, unless there is one, a README.md that names the base,
// each atomically.
void save_adapter_files(Model& model, const std::string& directory, const Json& task,
                        const ModelOrigin& origin);

}  // namespace hodhod
