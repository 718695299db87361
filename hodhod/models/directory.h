// SPDX-License-Identifier: Apache-2.0
// A model is a directory in Hugging Face's layout: config.json, model.safetensors (or shards), and beside
// them a tokenizer and what the task needs.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "hodhod/base/json.h"
#include "hodhod/models/origin.h"
#include "hodhod/models/transformer.h"

namespace hodhod {
namespace hf {
struct Family;
}

// What config.json says, read once: to be looked at and changed before the model is made.
struct ModelDirectory {
  std::string path;
  Json json;  // the file as it stands
  const hf::Family* family = nullptr;
  TransformerConfig config;
  std::vector<std::string> warnings = {};  // settings of the file that are not used

  // Error when the file is missing or damaged, or describes a model that is not known.
  static ModelDirectory open(const std::string& path);

  std::string_view family_name() const;  // "marian"
};

struct LoadOptions {
  // Parameters that the file lacks begin with values drawn for them: a new head on a trained body.
  bool allow_missing = false;
  // Parameters (by our names) that are not taken from the file, even where it has some of that name.
  std::function<bool(const std::string& name)> leave_out = {};
  uint64_t seed = 1;  // of the values drawn
};

struct LoadedTransformer {
  std::unique_ptr<Transformer> model;
  std::vector<std::string> missing;   // parameters that were not in the file
  std::vector<std::string> warnings;  // settings and tensors that are not used; a line each
  ModelOrigin origin;                 // what else the directory says, for a model that is made from it
};

// The model of the directory's `config` with the directory's weights. Error when these are missing, damaged,
// or of another model; memory is taken only for weights that are there or may be missing.
LoadedTransformer load_transformer(const ModelDirectory& directory, const LoadOptions& options = {});
LoadedTransformer load_transformer(const std::string& directory, const LoadOptions& options = {});

// The configuration alone.
TransformerConfig load_transformer_config(const std::string& directory);

// Error when no family holds a model with these options: to be known before it is trained, not when it is
// saved.
void check_storable(const TransformerConfig& config);

constexpr int64_t kMaxShardBytes = 5'000'000'000;  // Hugging Face's own choice

// Writes model.safetensors (several files beyond `max_shard_bytes`) and config.json, each atomically. `task`
// and `origin` are as for config_json().
void save_transformer(Transformer& model, const std::string& directory, const Json& task = Json::object(),
                      const ModelOrigin& origin = {}, int64_t max_shard_bytes = kMaxShardBytes);

}  // namespace hodhod
