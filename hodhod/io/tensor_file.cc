// SPDX-License-Identifier: Apache-2.0
#include "hodhod/io/tensor_file.h"

#include <fmt/ranges.h>

#include <cstring>
#include <map>
#include <set>
#include <utility>

#include "hodhod/base/error.h"
#include "hodhod/base/json.h"
#include "hodhod/io/pytorch_file.h"

namespace hodhod {

bool is_weight_file(std::string_view name) {
  return name.ends_with(".safetensors") ||
         (name.ends_with(".bin") && (name.starts_with("pytorch_model") || name.starts_with("adapter_model")));
}

std::string weights_in(const std::string& directory) {
  for (const char* name : kWeightFiles) {
    if (std::string path = join_path(directory, name); file_exists(path)) return path;
  }
  return "";
}

TensorFile::TensorFile(const std::string& path) : path_(path) {
  if (is_directory(path)) {
    const std::string file = weights_in(path);
    check(!file.empty(), "{}: holds none of {}; weights of another format must be converted first", path,
          fmt::join(kWeightFiles, ", "));
    file.ends_with(".json") ? open_index(file) : open_file(file);
  } else if (path.ends_with(".json")) {
    open_index(path);
  } else {
    open_file(path);
  }
  by_name_.reserve(entries_.size());
  for (size_t i = 0; i < entries_.size(); ++i) {
    const auto [place, is_new] = by_name_.emplace(entries_[i].name, i);
    check(is_new, "{}: tensor \"{}\" is both in {} and in {}", path, entries_[i].name,
          files_[entries_[place->second].file]->path(), files_[entries_[i].file]->path());
  }
}

void TensorFile::open_file(const std::string& path) {
  auto file = std::make_shared<const MappedFile>(path);
  std::vector<TensorEntry> entries;
  if (is_pytorch_file(file->bytes())) {
    PytorchTensors tensors = read_pytorch_file(file->bytes(), path);
    entries = std::move(tensors.entries);
    for (auto& copy : tensors.copies) copies_.push_back(std::move(copy));
  } else {
    SafetensorsContents contents = read_safetensors(*file);
    entries = std::move(contents.entries);
    if (files_.empty()) metadata_ = std::move(contents.metadata);
  }
  for (TensorEntry& entry : entries) {
    entry.file = files_.size();
    entries_.push_back(std::move(entry));
  }
  files_.push_back(std::move(file));
}

void TensorFile::open_index(const std::string& path) {
  const Json index = read_json(path);
  const Json* map = json_find(index, "weight_map");
  check(map != nullptr && map->is_object(), "{}: \"weight_map\" must be an object from tensors to files",
        path);
  std::set<std::string> names;
  for (const auto& [tensor, value] : map->items()) {
    const auto name = json_as<std::string>(value, path + ": weight_map: " + tensor);
    check(!name.empty() && name != "." && name != ".." && name.find('/') == std::string::npos,
          "{}: weight_map: {}: \"{}\" is not the name of a file beside the index", path, tensor, name);
    names.insert(name);
  }
  std::map<std::string, size_t> file_of;
  for (const std::string& name : names) {
    const std::string file = join_path(parent_path(path), name);
    check(file_exists(file), "{}: the file {} that it lists is missing", path, file);
    file_of[name] = files_.size();
    open_file(file);
  }
  std::set<std::pair<std::string_view, size_t>> present;
  for (const TensorEntry& entry : entries_) present.emplace(entry.name, entry.file);
  for (const auto& [tensor, value] : map->items()) {
    const auto& name = value.text();
    check(present.contains({tensor, file_of[name]}), "{}: tensor \"{}\" is not in {} where the index puts it",
          path, tensor, name);
  }
}

const TensorEntry* TensorFile::find(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : &entries_[found->second];
}

Tensor TensorFile::load(std::string_view name) const {
  const TensorEntry* entry = find(name);
  check(entry != nullptr, "{}: has no tensor \"{}\"", path_, name);
  return load(*entry);
}

Tensor TensorFile::load(const TensorEntry& entry) const {
  const StoredType* type = stored_type(entry.dtype);
  const std::string& path = files_[entry.file]->path();
  check(type != nullptr && type->dtype.has_value(), "{}: tensor \"{}\": the type {} is not supported", path,
        entry.name, entry.dtype);
  const Shape shape{std::span<const int64_t>(entry.shape)};
  if (entry.dtype == "BOOL") {
    for (size_t i = 0; i < entry.bytes.size(); ++i) {
      check(static_cast<uint8_t>(entry.bytes[i]) <= 1,
            "{}: tensor \"{}\": byte {}: {} is neither true nor false", path, entry.name, entry.offset + i,
            static_cast<int>(entry.bytes[i]));
    }
  }
  const std::span<const std::byte> file = files_[entry.file]->bytes();
  const bool in_file = !entry.bytes.empty() && entry.bytes.data() >= file.data() &&
                       entry.bytes.data() < file.data() + file.size();
  if (in_file && reinterpret_cast<uintptr_t>(entry.bytes.data()) % type->size == 0) {
    auto storage =
        Storage::borrow(entry.bytes.data(), static_cast<int64_t>(entry.bytes.size()), files_[entry.file]);
    return Tensor::over(std::move(storage), shape, *type->dtype);
  }
  Tensor tensor = Tensor::empty(shape, *type->dtype);
  if (!entry.bytes.empty()) std::memcpy(tensor.raw(), entry.bytes.data(), entry.bytes.size());
  return tensor;
}

}  // namespace hodhod
