// SPDX-License-Identifier: Apache-2.0
// What torch.save wrote: any bytes are read or refused, and what is read lies in the file or in its copy.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "hodhod/base/error.h"
#include "hodhod/io/pytorch_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace hodhod;
  const auto bytes = std::as_bytes(std::span(data, size));
  if (!is_pytorch_file(bytes)) return 0;
  try {
    const PytorchTensors tensors = read_pytorch_file(bytes, "f");
    unsigned sum = 0;
    for (const TensorEntry& entry : tensors.entries) {
      uint64_t expected = stored_type(entry.dtype)->size;
      for (const int64_t extent : entry.shape) expected *= static_cast<uint64_t>(extent);
      if (entry.bytes.size() != expected) std::abort();
      for (const std::byte byte : entry.bytes) sum += static_cast<unsigned>(byte);
    }
    if (sum == 0xffffffff) std::abort();  // so that the bytes are read
  } catch (const Error&) {
  }
  return 0;
}
