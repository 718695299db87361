// SPDX-License-Identifier: Apache-2.0
// Memory for tensors and tape nodes: freed blocks are kept and reused, so that a training step in steady
// state allocates nothing from the system.
//
// Two-level segregated fit (Masmano et al. 2004): every operation is a few bit scans, and free neighbours are
// joined, so the pool stays close to the peak of the memory in use. Thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>

namespace hodhod::pool {

// Uninitialised memory, aligned to 64 bytes; never null. Error if the system has none left.
void* allocate(int64_t bytes);
void release(void* memory) noexcept;
// The bytes that a block of `bytes` adds to `in_use` below, if nothing is left over.
int64_t size_of_block(int64_t bytes);

struct Statistics {
  int64_t in_use = 0;              // bytes handed out now, headers included
  int64_t peak = 0;                // the maximum of in_use
  int64_t reserved = 0;            // bytes taken from the system and not given back
  int64_t system_allocations = 0;  // number of allocations from the system
};
Statistics statistics();
void reset_peak();
// Returns unused segments to the system.
void trim();

// Allocator for containers that live for one training step.
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
