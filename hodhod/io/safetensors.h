// SPDX-License-Identifier: Apache-2.0
// Files of named tensors in the safetensors format (github.com/huggingface/safetensors): eight bytes with the
// header's length, a JSON header, the tensors' bytes.
//
// The whole file is checked before any tensor is returned: lengths, types, shapes, bounds, overlaps and gaps.
// An Error names the file, the tensor and the byte. A tensor of an unknown type is listed, but cannot be
// loaded. TensorFile reads these files; here they are also written.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "hodhod/base/file.h"
#include "hodhod/io/tensor_entry.h"
#include "hodhod/tensor/tensor.h"

namespace hodhod {

using Metadata = std::map<std::string, std::string>;

struct SafetensorsContents {
  std::vector<TensorEntry> entries;  // in order of position
  Metadata metadata;
};

SafetensorsContents read_safetensors(const MappedFile& file);

using NamedTensors = std::vector<std::pair<std::string, Tensor>>;

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
