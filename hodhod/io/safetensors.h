// SPDX-License-Identifier: Apache-2.0
// Files of named tensors in the safetensors format (github.com/huggingface/safetensors): eight bytes with the
// header's length, a JSON header, the tensors' bytes.
//
// The whole file is checked before any tensor is returned: lengths, types, shapes, bounds, overlaps and gaps.
// An Error names the file, the tensor and the byte. A tensor of an unknown type is listed, but cannot be
// loaded.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "hodhod/base/file.h"
#include "hodhod/tensor/tensor.h"

namespace hodhod {

// A tensor as a file describes it.
struct TensorEntry {
  std::string name;
  std::string dtype;  // as in the file: "F32", "BOOL", …
  std::vector<int64_t> shape;
  std::span<const std::byte> bytes;  // little-endian, row-major; valid while the file is open
  uint64_t offset = 0;               // of the bytes in the file
  size_t file = 0;                   // which of several
};

// One file, or several that an index lists, mapped read-only.
class SafetensorsReader {
 public:
  // `path` is a .safetensors file, an index (model.safetensors.index.json), or a directory that holds
  // model.safetensors or that index.
  explicit SafetensorsReader(const std::string& path);

  // In order of position in the file (file after file).
  const std::vector<TensorEntry>& entries() const { return entries_; }
  bool contains(std::string_view name) const { return find(name) != nullptr; }
  // Null if there is no tensor of that name.
  const TensorEntry* find(std::string_view name) const;
  // The metadata of the header; that of the first file if there are several.
  const std::map<std::string, std::string>& metadata() const { return metadata_; }

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
  std::vector<TensorEntry> entries_;
  std::unordered_map<std::string_view, size_t> by_name_;  // views into entries_
  std::map<std::string, std::string> metadata_;
};

using NamedTensors = std::vector<std::pair<std::string, Tensor>>;
using Metadata = std::map<std::string, std::string>;

// The metadata that Hugging Face's loaders expect in a file with PyTorch's layout.
inline Metadata pytorch_metadata() { return {{"format", "pt"}}; }

// Sends the bytes of a file to `sink`, in pieces. Wider elements come first and names break ties, as in files
// written by the format's own library, so that every tensor is aligned to its element.
void serialize_safetensors(const NamedTensors& tensors, const Metadata& metadata,
                           const std::function<void(const void*, size_t)>& sink);

// Writes a file atomically (see AtomicFileWriter).
void write_safetensors(const std::string& path, const NamedTensors& tensors,
                       const Metadata& metadata = pytorch_metadata(),
                       const FileSystem& system = real_file_system());

// Writes a model's weights into a directory: model.safetensors or, where the tensors take more than
// `max_shard_bytes`, model-00001-of-00003.safetensors … and model.safetensors.index.json, split as by Hugging
// Face (a larger tensor gets a file of its own). Files of the other form are removed. Weights that lie in one
// file are replaced in one step. With several files, the index is removed first and written last: in between
// there is no model to read, rather than a mixture of two.
void write_safetensors_directory(const std::string& directory, const NamedTensors& tensors,
                                 int64_t max_shard_bytes, const Metadata& metadata = pytorch_metadata(),
                                 const FileSystem& system = real_file_system());

}  // namespace hodhod
