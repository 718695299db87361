// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tensor/storage.h"

#include <algorithm>
#include <new>

#include "hodhod/tensor/pool.h"

namespace hodhod {
namespace {

constexpr int64_t kHeader = 64;  // the Storage itself, in front of its memory
static_assert(sizeof(Storage) <= kHeader);

thread_local ShapesMemory shapes_now;

// In the first page, which is never mapped.
std::byte* nowhere() { return reinterpret_cast<std::byte*>(kHeader); }

}  // namespace

Ref<Storage> Storage::allocate(int64_t bytes, Device device) {
  if (device == Device::shapes) {
    shapes_now.in_use += pool::size_of_block(bytes + kHeader);
    shapes_now.peak = std::max(shapes_now.peak, shapes_now.in_use);
    return Ref<Storage>(new (pool::allocate(kHeader)) Storage(nowhere(), bytes, device, nullptr));
  }
  char* memory = static_cast<char*>(pool::allocate(bytes + kHeader));
  return Ref<Storage>(new (memory)
                          Storage(reinterpret_cast<std::byte*>(memory + kHeader), bytes, device, nullptr));
}

Ref<Storage> Storage::borrow(const void* memory, int64_t bytes, std::shared_ptr<const void> keeper) {
  auto* data = static_cast<std::byte*>(const_cast<void*>(memory));
  return Ref<Storage>(new (pool::allocate(kHeader)) Storage(data, bytes, Device::cpu, std::move(keeper)));
}

void Storage::destroy(Storage* storage) noexcept {
  if (storage->device_ == Device::shapes) shapes_now.in_use -= pool::size_of_block(storage->bytes_ + kHeader);
  storage->~Storage();
  pool::release(storage);
}

ShapesMemory shapes_memory() { return shapes_now; }
void reset_shapes_peak() { shapes_now.peak = shapes_now.in_use; }

}  // namespace hodhod
