// SPDX-License-Identifier: Apache-2.0
// The memory under tensors: a block of the pool, or memory that somebody else keeps (a mapped file).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "hodhod/tensor/ref.h"

namespace hodhod {

class Storage : public Counted<Storage> {
 public:
  // `bytes` of uninitialised memory, aligned to 64.
  static Ref<Storage> allocate(int64_t bytes);
  // Memory that `keeper` keeps alive, for example a mapped file; it is not written to.
  static Ref<Storage> borrow(const void* memory, int64_t bytes, std::shared_ptr<const void> keeper);

  std::byte* data() const { return data_; }
  int64_t bytes() const { return bytes_; }
  bool writable() const { return !keeper_; }

  static void destroy(Storage* storage) noexcept;

 private:
  Storage(std::byte* data, int64_t bytes, std::shared_ptr<const void> keeper)
      : data_(data), bytes_(bytes), keeper_(std::move(keeper)) {}

  std::byte* data_;
  int64_t bytes_;
  std::shared_ptr<const void> keeper_;
};

}  // namespace hodhod
