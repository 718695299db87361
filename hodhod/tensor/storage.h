// SPDX-License-Identifier: Apache-2.0
// The memory under tensors: a block of the pool, memory owned by another object (a mapped file), or none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "hodhod/kernels/device.h"
#include "hodhod/tensor/ref.h"

namespace hodhod {

class Storage : public Counted<Storage> {
 public:
  // `bytes` of uninitialised memory on a device, aligned to 64.
  static Ref<Storage> allocate(int64_t bytes, Device device = Device::cpu);
  // Read-only memory that `keeper` keeps alive, for example a mapped file.
  static Ref<Storage> borrow(const void* memory, int64_t bytes, std::shared_ptr<const void> keeper);

  // An address on the device. On `shapes` it is not null, and must not be read.
  std::byte* data() const { return data_; }
  int64_t bytes() const { return bytes_; }
  Device device() const { return device_; }
  bool writable() const { return !keeper_; }

  static void destroy(Storage* storage) noexcept;

 private:
  Storage(std::byte* data, int64_t bytes, Device device, std::shared_ptr<const void> keeper)
      : data_(data), bytes_(bytes), keeper_(std::move(keeper)), device_(device) {}

  std::byte* data_;
  int64_t bytes_;
  std::shared_ptr<const void> keeper_;
  Device device_;
};

// Bytes that the storages which this thread made on the device `shapes` would take of the pool.
struct ShapesMemory {
  int64_t in_use = 0;
  int64_t peak = 0;  // the most at once since reset_shapes_peak()
};
ShapesMemory shapes_memory();
void reset_shapes_peak();

}  // namespace hodhod
