// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/directory.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <filesystem>
#include <optional>
#include <unordered_set>

#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/io/tensor_file.h"
#include "hodhod/models/adapter_file.h"
#include "hodhod/models/adapter_head.h"
#include "hodhod/models/adapters.h"
#include "hodhod/models/config_json.h"
#include "hodhod/models/stored_weights.h"
#include "hodhod/nn/module.h"

namespace hodhod {
namespace {

std::string absolute_path(const std::string& path) {
  return std::filesystem::absolute(path).lexically_normal().string();
}

void check_complete(const std::vector<std::string>& missing, const std::string& directory) {
  if (missing.empty()) return;
  const std::string more = missing.size() > 1 ? fmt::format(" and {} more", missing.size() - 1) : "";
  fail("{}: the weights lack {}{}; the file is of another model, or of another head", directory, missing[0],
       more);
}

// Errors of values that were read without saying where say so.
ReadConfig read_config(const ModelType& type, const Json& json, const std::string& file) {
  constexpr std::string_view kSomewhere = "JSON: ";
  try {
    return type.read(json, file);
  } catch (const Error& error) {
    const std::string_view message = error.what();
    if (message.starts_with(kSomewhere)) fail("{}: {}", file, message.substr(kSomewhere.size()));
    throw;
  }
}

ModelDirectory open_whole(const std::string& path) {
  check(!path.empty(), "the name of the model's directory is empty; give the directory of a model");
  check(is_directory(path), "{}: {}; a model is a directory with config.json in it", path,
        file_exists(path) ? "is a file" : "there is no such directory");
  const std::string file = join_path(path, "config.json");
  check(file_exists(file), "{}: there is no config.json; this is not a model's directory", path);
  ModelDirectory directory;
  directory.path = path;
  directory.json = read_json(file);
  directory.type = &model_type_named(json_get<std::string>(directory.json, "model_type", file), file);
  ReadConfig read = read_config(*directory.type, directory.json, file);
  directory.config = std::move(read.config);
  directory.warnings = std::move(read.warnings);
  directory.origin = read_origin(path, directory.json);
  return directory;
}

// The base as `path` changes it. Where the adapter's directory has no config.json, the model is the base.
ModelDirectory with_adapter(ModelDirectory base, const std::string& path, AdapterConfig config) {
  const std::string file = join_path(path, "config.json");
  const std::string weights = base.path;
  ModelDirectory directory;
  if (file_exists(file)) {
    directory = open_whole(path);
    check(directory.type == base.type,
          "{}: model_type is {}, and that of the base {} is {}; give the adapter's own base", file,
          directory.type->name(), base.path, base.type->name());
    if (directory.origin.generation.is_null()) directory.origin.generation = base.origin.generation;
    if (directory.origin.files.empty()) directory.origin.files = base.origin.files;
  } else {
    directory = std::move(base);
    take_head_of_task(directory, path, config);
    directory.path = path;
  }
  directory.base = weights;
  config.base = absolute_path(directory.base);
  directory.origin.adapter = ModelAdapter{.config = config};
  directory.adapters = {{path, std::move(config)}};
  return directory;
}

ModelDirectory open_adapter(const std::string& path) {
  const AdapterConfig config = read_adapter_config(path);
  return with_adapter(open_whole(find_adapter_base(path, config)), path, config);
}

// The opened files of a directory's adapters, and what they bring whole.
class AdapterFiles {
 public:
  AdapterFiles(const ModelDirectory& directory, const TensorNames& names, Model& shapes,
               const ParameterChoice& leave_out) {
    for (const auto& [path, config] : directory.adapters) {
      const AdapterFile& file = files_.emplace_back(path, config);
      for (const std::string& name : file.plan(names, shapes)) {
        if (leave_out && leave_out(name)) continue;
        const bool first = whole_.insert(name).second;
        check(first, "{}: another adapter brings {}, too, and the model can have one of them; leave one out",
              path, name);
        brought_.push_back(name);
      }
    }
  }

  bool bring(const std::string& name) const { return whole_.contains(name); }
  const std::vector<std::string>& brought() const { return brought_; }
  void load(const TensorNames& names, Model& model) const {
    for (const AdapterFile& file : files_)
      file.load(names, model, [&](const std::string& name) { return bring(name); });
  }

 private:
  std::deque<AdapterFile> files_;
  std::unordered_set<std::string> whole_;
  std::vector<std::string> brought_;
};

}  // namespace

ModelDirectory ModelDirectory::open(const ModelPath& path) {
  ModelDirectory directory =
      is_adapter_directory(path.directory) ? open_adapter(path.directory) : open_whole(path.directory);
  for (const std::string& adapter : path.adapters) {
    check(is_directory(adapter), "{}: there is no such directory; an adapter is a directory with {} in it",
          adapter, kAdapterConfig);
    check(file_exists(join_path(adapter, kAdapterConfig)), "{}: there is no {}; this is not an adapter",
          adapter, kAdapterConfig);
    AdapterConfig config = read_adapter_config(adapter);
    if (directory.base.empty()) {
      ModelDirectory own = with_adapter(std::move(directory), adapter, std::move(config));
      directory = std::move(own);
    } else {
      directory.adapters.push_back({adapter, std::move(config)});
    }
  }
  // Several can be saved in the weights alone.
  if (directory.adapters.size() > 1) directory.origin.adapter.reset();
  return directory;
}

LoadedModel load_model(const ModelDirectory& directory, const LoadOptions& options) {
  const auto shapes = directory.config->make_shapes();
  shapes->set_name(directory.weights());
  const TensorNames names = directory.type->tensor_names(*directory.config);
  const bool changed = std::any_of(directory.adapters.begin(), directory.adapters.end(),
                                   [](const AdapterDirectory& adapter) { return adapter.config.dora; });
  check(!changed || directory.adapters.size() == 1,
        "{}: one of its adapters is of DoRA, which changes the weights that the others were made for; give "
        "it alone",
        directory.path);
  const AdapterFiles adapters(directory, names, *shapes, options.leave_out);
  std::optional<TensorFile> file;  // none for a model without parameters
  WeightPlan plan;
  if (parameter_count(*shapes) > 0) {
    file.emplace(directory.weights());
    plan = plan_weights(names, *file, *shapes, [&](const std::string& name) {
      return adapters.bring(name) || (options.leave_out && options.leave_out(name));
    });
    std::erase_if(plan.missing, [&](const std::string& name) { return adapters.bring(name); });
  }
  if (!options.allow_missing) check_complete(plan.missing, directory.weights());

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
  loaded.model->load_files(directory.weights());
  adapters.load(names, *loaded.model);
  if (loaded.origin.adapter) loaded.origin.adapter->trained = adapters.brought();
  // DoRA is in the weights already.
  if (options.merge_adapters || changed) {
    merge_adapters(*loaded.model);
    loaded.origin.adapter.reset();
  }
  return loaded;
}

LoadedModel load_model(const ModelPath& path, const LoadOptions& options) {
  return load_model(ModelDirectory::open(path), options);
}

void save_model_files(Model& model, const std::string& directory, const Json& task, const ModelOrigin& origin,
                      int64_t max_shard_bytes) {
  const ModelConfig& config = model.config();
  const ModelType& type = type_to_save(config, origin.config);
  const Json json = config_json(config, task, origin.config);
  make_directories(directory);
  NamedTensors tensors = save_weights(type.tensor_names(config), merged_parameters(model));
  for (auto& constant : type.constants(config)) tensors.push_back(std::move(constant));
  if (!tensors.empty()) write_safetensors_directory(directory, tensors, max_shard_bytes);
  model.save_files(directory);
  write_file_atomically(join_path(directory, "config.json"), format_json(json) + "\n");
}

std::string card_name(const std::string& directory) {
  const auto path = std::filesystem::path(directory).lexically_normal();
  const std::string name = (path.has_filename() ? path : path.parent_path()).filename().string();
  return name.empty() || name == "." || name == ".." ? "model" : name;
}

void save_adapter_files(Model& model, const std::string& directory, const Json& task,
                        const ModelOrigin& origin) {
  check(origin.adapter.has_value(), "{}: this model has no adapter; save it whole", model.name());
  const ModelConfig& config = model.config();
  const ModelType& type = type_to_save(config, origin.config);
  const AdapterConfig& adapter = origin.adapter->config;
  make_directories(directory);
  // Those of a whole model would be read in the adapter's place.
  for (const char* name : kWeightFiles) remove_tree(join_path(directory, name));
  write_safetensors(join_path(directory, kAdapterWeights),
                    adapter_tensors(model, type.tensor_names(config), origin.adapter->trained),
                    pytorch_metadata());
  if (const std::string card = join_path(directory, "README.md"); !file_exists(card)) {
    write_file_atomically(card, fmt::format("---\nlibrary_name: peft\nbase_model: {}\n---\n\n{}\n",
                                            format_json(Json(card_name(adapter.base)), -1), kCardMark));
  }
  write_file_atomically(join_path(directory, "config.json"),
                        format_json(config_json(config, task, origin.config)) + "\n");
  write_file_atomically(join_path(directory, kAdapterConfig),
                        format_json(adapter_config_json(adapter)) + "\n");
}

}  // namespace hodhod
