// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/directory.h"

#include <optional>
#include <unordered_set>

#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/models/config_json.h"
#include "hodhod/models/stored_weights.h"
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
  ModelDirectory directory;
  directory.path = path;
  directory.json = read_json(file);
  directory.type = &model_type_named(json_get<std::string>(directory.json, "model_type", file), file);
  ReadConfig read = directory.type->read(directory.json, file);
  directory.config = std::move(read.config);
  directory.warnings = std::move(read.warnings);
  directory.origin = read_origin(path, directory.json);
  return directory;
}

LoadedModel load_model(const ModelDirectory& directory, const LoadOptions& options) {
  const auto shapes = directory.config->make_shapes();
  std::optional<SafetensorsReader> file;  // none for a model without parameters
  WeightPlan plan;
  if (parameter_count(*shapes) > 0) {
    file.emplace(directory.path);
    plan = plan_weights(directory.type->tensor_names(), *file, *shapes, options.leave_out);
  }
  if (!options.allow_missing) check_complete(plan.missing, directory.path);

  LoadedModel loaded{.model = directory.config->make(),
                     .missing = plan.missing,
                     .warnings = directory.warnings,
                     .origin = directory.origin};
  loaded.model->set_name(directory.path);
  loaded.warnings.insert(loaded.warnings.end(), plan.warnings.begin(), plan.warnings.end());
  const std::unordered_set<std::string> drawn(plan.missing.begin(), plan.missing.end());
  if (!drawn.empty()) {
    loaded.model->initialise(Rng(options.seed),
                             [&](const std::string& name) { return drawn.contains(name); });
  }
  if (file) load_weights(plan, *file, parameters_of(*loaded.model));
  loaded.model->load_files(directory.path);
  return loaded;
}

LoadedModel load_model(const std::string& directory, const LoadOptions& options) {
  return load_model(ModelDirectory::open(directory), options);
}

void save_model_files(Model& model, const std::string& directory, const Json& task, const ModelOrigin& origin,
                      int64_t max_shard_bytes) {
  const ModelConfig& config = model.config();
  const ModelType& type = type_to_save(config, origin.config);
  const Json json = config_json(config, task, origin.config);
  make_directories(directory);
  NamedTensors tensors = save_weights(type.tensor_names(), parameters_of(model));
  for (auto& constant : type.constants(config)) tensors.push_back(std::move(constant));
  if (!tensors.empty()) write_safetensors_directory(directory, tensors, max_shard_bytes);
  model.save_files(directory);
  write_file_atomically(join_path(directory, "config.json"), format_json(json) + "\n");
}

}  // namespace hodhod
