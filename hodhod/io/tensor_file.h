// SPDX-License-Identifier: Apache-2.0
// Files of named tensors to read: safetensors, or what torch.save wrote. Which of them a file is, its first
// bytes say.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "hodhod/base/file.h"
#include "hodhod/io/safetensors.h"
#include "hodhod/io/tensor_entry.h"
#include "hodhod/tensor/tensor.h"

namespace hodhod {

// The files that hold a directory's weights, in order of preference.
inline constexpr std::array<const char*, 4> kWeightFiles = {
    "model.safetensors", "model.safetensors.index.json", "pytorch_model.bin", "pytorch_model.bin.index.json"};

// Whether a file has a name as weights have: *.safetensors, or the *.bin of PyTorch.
bool is_weight_file(std::string_view name);
// The first of kWeightFiles that the directory has; empty if it has none.
std::string weights_in(const std::string& directory);

// One file, or several that an index lists, mapped read-only.
class TensorFile {
 public:
  // `path` is such a file, an index of several (.json), or a directory with one of kWeightFiles.
  explicit TensorFile(const std::string& path);

  // In order of position in the file (file after file).
  const std::vector<TensorEntry>& entries() const { return entries_; }
  bool contains(std::string_view name) const { return find(name) != nullptr; }
  // Null if there is no tensor of that name.
  const TensorEntry* find(std::string_view name) const;
  // The metadata of the header; that of the first file if there are several. Empty for a file of PyTorch.
  const Metadata& metadata() const { return metadata_; }

  // The tensor in the type in which it is stored (BOOL as u8). Its memory is the mapped file if alignment
  // allows: read-only, and not loaded until it is used; clone() it to write. It may outlive this reader. An
  // Error if there is no such tensor, or its type is not one of f64, f32, f16, bf16, i64, i32, u8, BOOL.
  Tensor load(std::string_view name) const;
  Tensor load(const TensorEntry& entry) const;

  // The path that was given.
  const std::string& path() const { return path_; }

 private:
  void open_file(const std::string& path);
  void open_index(const std::string& path);

  std::string path_;
  std::vector<std::shared_ptr<const MappedFile>> files_;
  std::vector<std::shared_ptr<const std::vector<std::byte>>> copies_;  // what entries refer to beside files
  std::vector<TensorEntry> entries_;
  std::unordered_map<std::string_view, size_t> by_name_;  // views into entries_
  Metadata metadata_;
};

}  // namespace hodhod
