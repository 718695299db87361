// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tensor/storage.h"

#include <new>

#include "hodhod/tensor/pool.h"

namespace hodhod {
namespace {

constexpr int64_t kHeader = 64;  // the Storage itself, in front of its memory
static_assert(sizeof(Storage) <= kHeader);

}  // namespace

Ref<Storage> Storage::allocate(int64_t bytes) {
  char* memory = static_cast<char*>(pool::allocate(bytes + kHeader));
  return Ref<Storage>(new (memory) Storage(reinterpret_cast<std::byte*>(memory + kHeader), bytes, nullptr));
}

Ref<Storage> Storage::borrow(const void* memory, int64_t bytes, std::shared_ptr<const void> keeper) {
  auto* data = static_cast<std::byte*>(const_cast<void*>(memory));
  return Ref<Storage>(new (pool::allocate(kHeader)) Storage(data, bytes, std::move(keeper)));
}

void Storage::destroy(Storage* storage) noexcept {
  storage->~Storage();
  pool::release(storage);
}

}  // namespace hodhod
