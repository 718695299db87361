// SPDX-License-Identifier: Apache-2.0
// Working memory for kernels: one block per thread, kept from call to call, so that in steady state nothing
// is allocated.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace hodhod::kernels {

// A piece of the calling thread's working memory, taken in the constructor and given back in the destructor.
// Pieces nest: the last one taken is the first to go. Each starts on a 64-byte line; contents are undefined.
//
//   Scratch scratch;
//   float* rows = scratch.get<float>(count);
//
// Memory that the thread's block cannot hold is taken from the system, and the block grows to the greatest
// use seen once the outermost Scratch of the thread ends, so the second identical call allocates nothing.
// Throws std::bad_alloc when the system has no more.
class Scratch {
 public:
  Scratch();
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  // `count` elements of T, a type without constructor or destructor.
  template <class T>
  T* get(int64_t count) {
    static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);
    return static_cast<T*>(get_bytes(static_cast<size_t>(count) * sizeof(T)));
  }

 private:
  void* get_bytes(size_t bytes);

  size_t used_;  // of the thread's block, when this was made
  size_t overflows_;
};

}  // namespace hodhod::kernels
