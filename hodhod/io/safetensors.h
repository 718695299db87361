// SPDX-License-Identifier: Apache-2.0
// Files of named tensors in the safetensors format (github.com/huggingface/safetensors): eight bytes with the
// header's length, a JSON header, the tensors' bytes.
//
// A file is checked whole before any tensor is given out: lengths, types, shapes, bounds, overlaps and gaps.
// An Error names the file, the tensor and the byte. A tensor of a type that is not known is described, and
// not loaded.
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

  // In the order of their place in the file (file after file).
  const std::vector<TensorEntry>& entries() const { return entries_; }
  bool contains(std::string_view name) const { return find(name) != nullptr; }
  // Null when there is none of that name.
  const TensorEntry* find(std::string_view name) const;
  // The free text of the header; of several files the first one's.
  const std::map<std::string, std::string>& metadata() const { return metadata_; }

  // The tensor in the type it is stored in (BOOL as u8). Its memory is the mapped file where alignment
  // allows: read-only, and not loaded until it is touched; clone() it to write. It outlives this reader. An
  // Error when there is no such tensor, or its type is none of f64, f32, f16, bf16, i64, i32, u8, BOOL.
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

// What Hugging Face's loaders want to find in a file of PyTorch's layout.
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
// `max_shard_bytes`, model-00001-of-00003.safetensors … and model.safetensors.index.json, cut as Hugging Face
// cuts them (a tensor that is larger by itself gets a file of its own). What stood there in the other form
// goes. Weights that lie in one file are replaced in one step. Of several, the index goes first and comes
// back last: between the two there is no model to be read, rather than one mixed of two.
void write_safetensors_directory(const std::string& directory, const NamedTensors& tensors,
                                 int64_t max_shard_bytes, const Metadata& metadata = pytorch_metadata(),
                                 const FileSystem& system = real_file_system());

}  // namespace hodhod
