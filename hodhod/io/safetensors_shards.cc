// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>

#include "hodhod/base/error.h"
#include "hodhod/base/json.h"
#include "hodhod/io/safetensors.h"

namespace hodhod {
namespace {

constexpr const char* kFile = "model.safetensors";
constexpr const char* kIndex = "model.safetensors.index.json";

// "model-00002-of-00010.safetensors"
bool is_shard(const std::string& name) {
  const auto digits = [&](size_t begin) {
    return std::all_of(name.begin() + static_cast<std::ptrdiff_t>(begin),
                       name.begin() + static_cast<std::ptrdiff_t>(begin) + 5,
                       [](char c) { return c >= '0' && c <= '9'; });
  };
  return name.size() == 32 && name.starts_with("model-") && name.substr(11, 4) == "-of-" &&
         name.ends_with(".safetensors") && digits(6) && digits(15);
}

void remove_file(const std::string& path, const FileSystem& system) {
  if (file_exists(path)) remove_tree(path, system);
}

}  // namespace

void write_safetensors_directory(const std::string& directory, const NamedTensors& tensors,
                                 int64_t max_shard_bytes, const Metadata& metadata,
                                 const FileSystem& system) {
  check(max_shard_bytes > 0, "safetensors: shards of at most {} bytes; give a number above 0",
        max_shard_bytes);
  std::vector<NamedTensors> shards(1);
  int64_t total = 0, filled = 0;
  for (const auto& [name, tensor] : tensors) {
    if (filled > 0 && filled + tensor.bytes() > max_shard_bytes) {
      shards.emplace_back();
      filled = 0;
    }
    shards.back().emplace_back(name, tensor);
    filled += tensor.bytes();
    total += tensor.bytes();
  }
  make_directories(directory, system);
  const std::string index_path = join_path(directory, kIndex), file_path = join_path(directory, kFile);
  std::map<std::string, std::string> places;  // in the order of names, as Hugging Face writes them
  std::vector<std::string> written;
  bool had_shards = file_exists(index_path);
  if (shards.size() == 1) {
    write_safetensors(file_path, tensors, metadata, system);
    remove_file(index_path, system);
  } else {
    check(shards.size() < 100000, "safetensors: {} files are too many; give a larger size than {} bytes",
          shards.size(), max_shard_bytes);
    remove_file(index_path, system);
    had_shards = true;
    for (size_t i = 0; i < shards.size(); ++i) {
      written.push_back(fmt::format("model-{:05}-of-{:05}.safetensors", i + 1, shards.size()));
      write_safetensors(join_path(directory, written.back()), shards[i], metadata, system);
      for (const auto& [name, tensor] : shards[i]) places[name] = written.back();
    }
    Json index = {{"metadata", {{"total_size", total}}}, {"weight_map", Json::object()}};
    for (const auto& [name, file] : places) index["weight_map"][name] = file;
    write_file_atomically(index_path, format_json(index) + "\n", system);
    remove_file(file_path, system);
  }
  if (!had_shards) return;
  for (const std::string& name : list_directory(directory)) {
    if (is_shard(name) && std::find(written.begin(), written.end(), name) == written.end())
      remove_tree(join_path(directory, name), system);
  }
}

}  // namespace hodhod
