// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/saved_model.h"

#include "hodhod/base/file.h"
#include "hodhod/decode/generation_json.h"
#include "hodhod/models/config_json.h"
#include "hodhod/models/directory.h"

namespace hodhod {
namespace {

// Null if the model needs none, or if readers should look in config.json as before.
Json generation_of(const SavedModel& saved) {
  const ModelConfig& config = saved.model.config();
  if (!saved.origin.is_new()) {
    return config.head.kind == HeadKind::language_model ? saved.origin.generation : Json(nullptr);
  }
  return saved.decoding ? generation_json(*saved.decoding, config) : Json(nullptr);
}

// Whether the directory holds an earlier model of the same run.
bool is_there(const SavedModel& saved, const std::string& directory) {
  const std::string path = join_path(directory, "config.json");
  return file_exists(path) &&
         read_json(path) == config_json(saved.model.config(), saved.task, saved.origin.config);
}

void write_generation(const SavedModel& saved, const std::string& directory) {
  const std::string path = join_path(directory, "generation_config.json");
  if (file_exists(path) && is_there(saved, directory)) return;
  const Json json = generation_of(saved);
  if (json.is_null()) {
    remove_tree(path);
  } else {
    write_file_atomically(path, format_json(json) + "\n");
  }
}

}  // namespace

void save_model(const SavedModel& saved, const std::string& directory) {
  make_directories(directory);
  write_generation(saved, directory);
  for (const auto& [name, bytes] : saved.origin.files) {
    write_file_atomically(join_path(directory, name), bytes);
  }
  saved.tokenizer.save(directory, saved.model.config().max_length());
  if (saved.origin.adapter && !saved.origin.adapter->merged) {
    save_adapter_files(saved.model, directory, saved.task, saved.origin);
  } else {
    save_model_files(saved.model, directory, saved.task, saved.origin);
  }
}

}  // namespace hodhod
