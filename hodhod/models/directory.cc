// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/directory.h"

#include <unordered_set>

#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/models/config_json.h"
#include "hodhod/models/hf/family.h"
#include "hodhod/models/hf/state.h"
#include "hodhod/models/initial_weights.h"
#include "hodhod/nn/module.h"

namespace hodhod {
namespace {

void check_complete(const std::vector<std::string>& missing, const std::string& directory) {
  if (missing.empty()) return;
  const std::string more = missing.size() > 1 ? fmt::format(" and {} more", missing.size() - 1) : "";
  fail("{}: the weights lack {}{}; the file is of another model, or of another head", directory, missing[0],
       more);
}

}  // namespace

ModelDirectory ModelDirectory::open(const std::string& path) {
  check(is_directory(path), "{}: {}; a model is a directory with config.json in it", path,
        file_exists(path) ? "is a file" : "there is no such directory");
  const std::string file = join_path(path, "config.json");
  check(file_exists(file), "{}: there is no config.json; this is not a model's directory", path);
  Json json = read_json(file);
  const hf::Family& family = hf::family_named(json_get<std::string>(json, "model_type", file), file);
  auto [config, warnings] = hf::read_config(family, json, file);
  return {path, std::move(json), &family, std::move(config), std::move(warnings)};
}

std::string_view ModelDirectory::family_name() const { return family->model_type; }

LoadedTransformer load_transformer(const ModelDirectory& directory, const LoadOptions& options) {
  const SafetensorsReader file(directory.path);
  hf::StatePlan plan = hf::plan_state(*directory.family, file, directory.config, options.leave_out);
  const std::unordered_set<std::string> drawn(plan.missing.begin(), plan.missing.end());
  // A bias that is not stored is one that is zero.
  std::erase(plan.missing, "output_bias");
  if (!options.allow_missing) check_complete(plan.missing, directory.path);

  LoadedTransformer loaded{
      .model = std::make_unique<Transformer>(Transformer::without_values(directory.config)),
      .missing = std::move(plan.missing),
      .warnings = directory.warnings,
      .origin = read_origin(directory.path, directory.json)};
  loaded.model->set_name(directory.path);
  loaded.warnings.insert(loaded.warnings.end(), plan.warnings.begin(), plan.warnings.end());
  draw_initial_weights(*loaded.model, Rng(options.seed),
                       [&](const std::string& name) { return drawn.contains(name); });
  hf::load_state(plan, file, parameters_of(*loaded.model));
  return loaded;
}

LoadedTransformer load_transformer(const std::string& directory, const LoadOptions& options) {
  return load_transformer(ModelDirectory::open(directory), options);
}

TransformerConfig load_transformer_config(const std::string& directory) {
  return ModelDirectory::open(directory).config;
}

void check_storable(const TransformerConfig& config) { hf::family_for(config); }

void save_transformer(Transformer& model, const std::string& directory, const Json& task,
                      const ModelOrigin& origin, int64_t max_shard_bytes) {
  const TransformerConfig& config = model.config();
  const hf::Family& family = family_to_save(config, origin.config);
  const Json json = config_json(config, task, origin.config);
  make_directories(directory);
  NamedTensors tensors = hf::save_state(family, parameters_of(model));
  if (family.constants) {
    for (auto& constant : family.constants(config)) tensors.push_back(std::move(constant));
  }
  write_safetensors_directory(directory, tensors, max_shard_bytes);
  write_file_atomically(join_path(directory, "config.json"), format_json(json) + "\n");
}

}  // namespace hodhod
