// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/testing/largest_allocation.h"

#include <algorithm>
#include <cstdlib>
#include <new>

namespace {

thread_local size_t largest = 0;

}  // namespace

void* operator new(size_t size) {
  largest = std::max(largest, size);
  if (void* memory = std::malloc(std::max<size_t>(size, 1))) return memory;
  throw std::bad_alloc();
}
// The standard library sorts in memory from this one and gives it back through the plain operator delete.
void* operator new(size_t size, const std::nothrow_t&) noexcept {
  largest = std::max(largest, size);
  return std::malloc(std::max<size_t>(size, 1));
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }

namespace hodhod::text {

LargestAllocation::LargestAllocation() { largest = 0; }
size_t LargestAllocation::bytes() const { return largest; }

}  // namespace hodhod::text
