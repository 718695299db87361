// SPDX-License-Identifier: Apache-2.0
// Memory for tensors and tape nodes: freed blocks are kept and handed out again, so that a training step in
// steady state asks the system for nothing.
//
// Two-level segregated fit (Masmano et al. 2004): every operation is a few bit scans, neighbours that are
// both free are joined, so the pool's size stays near the peak of what is in use. Thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>

namespace hodhod::pool {

// Memory aligned to 64 bytes, uninitialised; never null. Error when the system has none left.
void* allocate(int64_t bytes);
void release(void* memory) noexcept;
// What a block of `bytes` counts for in `in_use` below, if nothing is left over.
int64_t size_of_block(int64_t bytes);

struct Statistics {
  int64_t in_use = 0;              // bytes handed out now, headers included
  int64_t peak = 0;                // the most that was handed out at once
  int64_t reserved = 0;            // bytes taken from the system and not given back
  int64_t system_allocations = 0;  // how often the system was asked
};
Statistics statistics();
void reset_peak();
// Gives segments that hold nothing back to the system.
void trim();

// Allocator for containers whose life is that of a training step.
template <class T>
struct Allocator {
  using value_type = T;
  Allocator() = default;
  template <class U>
  Allocator(const Allocator<U>&) {}
  T* allocate(std::size_t n) { return static_cast<T*>(pool::allocate(static_cast<int64_t>(n * sizeof(T)))); }
  void deallocate(T* p, std::size_t) noexcept { pool::release(p); }
  friend bool operator==(const Allocator&, const Allocator&) { return true; }
};

}  // namespace hodhod::pool
