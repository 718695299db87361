// SPDX-License-Identifier: Apache-2.0
// Weights as torch.save writes them: pytorch_model.bin of a Hugging Face directory. Both layouts are read,
// the zip archive of PyTorch 1.6 and later, and the row of pickles before it.
//
// Nothing of the pickle is executed. What is not a dictionary of tensors is refused by name.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "hodhod/io/tensor_entry.h"

namespace hodhod {

bool is_pytorch_file(std::span<const std::byte> bytes);

struct PytorchTensors {
  std::vector<TensorEntry> entries;  // several may share their bytes
  // Tensors whose elements do not lie in a row in the file, such as transposed ones, put into order.
  std::vector<std::shared_ptr<const std::vector<std::byte>>> copies;
};

// `bytes` of the file `path` stay where they are. Error, naming the file, the tensor and the byte, when they
// are damaged, or hold something else.
PytorchTensors read_pytorch_file(std::span<const std::byte> bytes, const std::string& path);

}  // namespace hodhod
