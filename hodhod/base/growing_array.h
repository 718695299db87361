// SPDX-License-Identifier: Apache-2.0
// An array that grows without being copied, in memory or in a file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

namespace hodhod {

// Memory that grows. With a directory, it is a file there that has no name and is gone when this is: the
// system then writes it out where memory runs short. Error when there is no room.
class GrowingMemory {
 public:
  explicit GrowingMemory(const std::string& directory = {});
  ~GrowingMemory();
  GrowingMemory(GrowingMemory&& other) noexcept;
  GrowingMemory& operator=(GrowingMemory&& other) noexcept;
  GrowingMemory(const GrowingMemory&) = delete;
  GrowingMemory& operator=(const GrowingMemory&) = delete;

  std::byte* data() const { return data_; }
  size_t capacity() const { return capacity_; }
  // Makes room for at least this many bytes; what is there stays, elsewhere perhaps.
  void reserve(size_t bytes);

 private:
  void release();

  std::string directory_;
  int descriptor_ = -1;
  std::byte* data_ = nullptr;
  size_t capacity_ = 0;
};

template <class T>
class GrowingArray {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  explicit GrowingArray(const std::string& directory = {}) : memory_(directory) {}

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  T* data() const { return reinterpret_cast<T*>(memory_.data()); }
  T& operator[](size_t i) const { return data()[i]; }
  T& back() const { return data()[size_ - 1]; }
  std::span<const T> values() const { return {data(), size_}; }

  void push_back(T value) {
    if ((size_ + 1) * sizeof(T) > memory_.capacity()) memory_.reserve((size_ + 1) * sizeof(T));
    data()[size_++] = value;
  }
  // New elements are 0.
  void resize(size_t size) {
    memory_.reserve(size * sizeof(T));
    for (size_t i = size_; i < size; ++i) data()[i] = T{};
    size_ = size;
  }

 private:
  GrowingMemory memory_;
  size_t size_ = 0;
};

}  // namespace hodhod
