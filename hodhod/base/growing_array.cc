// SPDX-License-Identifier: Apache-2.0
#include "hodhod/base/growing_array.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/base/file_system.h"
#include "hodhod/base/format.h"

namespace hodhod {

GrowingMemory::GrowingMemory(const std::string& directory) : directory_(directory) {
  if (directory_.empty()) return;
  std::string path = join_path(directory_, ".growing.XXXXXX");
  descriptor_ = ::mkstemp(path.data());
  if (descriptor_ < 0) fail_with_reason("create", path, errno);
  ::unlink(path.c_str());
}

GrowingMemory::~GrowingMemory() { release(); }

void GrowingMemory::release() {
  if (data_ != nullptr) ::munmap(data_, capacity_);
  if (descriptor_ >= 0) ::close(descriptor_);
}

GrowingMemory::GrowingMemory(GrowingMemory&& other) noexcept
    : directory_(std::move(other.directory_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      data_(std::exchange(other.data_, nullptr)),
      capacity_(std::exchange(other.capacity_, 0)) {}

GrowingMemory& GrowingMemory::operator=(GrowingMemory&& other) noexcept {
  if (this == &other) return *this;
  release();
  directory_ = std::move(other.directory_);
  descriptor_ = std::exchange(other.descriptor_, -1);
  data_ = std::exchange(other.data_, nullptr);
  capacity_ = std::exchange(other.capacity_, 0);
  return *this;
}

void GrowingMemory::reserve(size_t bytes) {
  if (bytes <= capacity_) return;
  constexpr size_t kLeastRoom = size_t{1} << 16;
  const size_t wanted =
      (std::max(bytes, capacity_ + capacity_ / 2) + kLeastRoom - 1) / kLeastRoom * kLeastRoom;
  if (descriptor_ >= 0) {
    // The room is taken now, since a full disk could not be told later.
    const int problem = ::posix_fallocate(descriptor_, 0, static_cast<off_t>(wanted));
    if (problem != 0) fail_with_reason("make room for a temporary file in", directory_, problem);
  }
  void* grown = nullptr;
  if (data_ != nullptr) {
    grown = ::mremap(data_, capacity_, wanted, MREMAP_MAYMOVE);
  } else if (descriptor_ >= 0) {
    grown = ::mmap(nullptr, wanted, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor_, 0);
  } else {
    grown = ::mmap(nullptr, wanted, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  }
  check(grown != MAP_FAILED, "out of memory: there is no room for {}",
        format_bytes(static_cast<uint64_t>(wanted)));
  data_ = static_cast<std::byte*>(grown);
  capacity_ = wanted;
}

}  // namespace hodhod
