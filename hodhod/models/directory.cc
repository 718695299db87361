// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/directory.h"

#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/models/hf/family.h"
#include "hodhod/models/hf/state.h"
#include "hodhod/nn/module.h"

namespace hodhod {
namespace {

struct ConfigFile {
  const hf::Family* family;
  TransformerConfig config;
};

ConfigFile read_config(const std::string& directory) {
  check(is_directory(directory),
        "{}: there is no such directory; a model is a directory with config.json in it", directory);
  const std::string path = join_path(directory, "config.json");
  check(file_exists(path), "{}: there is no config.json; this is not a model's directory", directory);
  const Json json = read_json(path);
  const auto type = json_get<std::string>(json, "model_type", path);
  const hf::Family& family = hf::family_named(type, path);
  return {&family, family.read_config(json, path)};
}

}  // namespace

TransformerConfig load_transformer_config(const std::string& directory) {
  return read_config(directory).config;
}

LoadedTransformer load_transformer(const std::string& directory, const LoadOptions& options) {
  auto [family, config] = read_config(directory);
  if (options.change) {
    options.change(config);
    check_storable(config);
  }
  const SafetensorsReader file(directory);
  LoadedTransformer loaded{
      std::make_unique<Transformer>(config, Rng(options.seed)), std::string(family->model_type), {}};
  loaded.model->set_name(directory);
  auto parameters = parameters_of(*loaded.model);
  if (options.leave_out) {
    std::erase_if(parameters, [&](const auto& entry) {
      if (!options.leave_out(entry.first)) return false;
      loaded.missing.push_back(entry.first);
      return true;
    });
  }
  for (std::string& name : hf::load_state(*family, file, parameters))
    loaded.missing.push_back(std::move(name));
  // A bias that is not stored is one that is zero.
  std::erase(loaded.missing, "output_bias");
  if (!options.allow_missing && !loaded.missing.empty()) {
    const std::string more =
        loaded.missing.size() > 1 ? fmt::format(" and {} more", loaded.missing.size() - 1) : "";
    fail("{}: the weights lack {}{}; the file is of another model, or of another head", directory,
         loaded.missing[0], more);
  }
  return loaded;
}

void check_storable(const TransformerConfig& config) { hf::family_for(config); }

void save_transformer(Transformer& model, const std::string& directory, const Json& extra,
                      int64_t max_shard_bytes) {
  const TransformerConfig& config = model.config();
  const hf::Family& family = hf::family_for(config);
  Json json = Json::object();
  family.write_config(config, json);
  json["pad_token_id"] = config.pad;
  if (config.bos >= 0) json["bos_token_id"] = config.bos;
  if (config.eos >= 0) json["eos_token_id"] = config.eos;
  json["torch_dtype"] = "float32";
  for (const auto& [key, value] : extra.items()) json[key] = value;
  make_directories(directory);
  write_safetensors_directory(directory, hf::save_state(family, parameters_of(model)), max_shard_bytes);
  write_file_atomically(join_path(directory, "config.json"), format_json(json) + "\n");
}

}  // namespace hodhod
