// SPDX-License-Identifier: Apache-2.0
#include "hodhod/kernels/scratch.h"

#include <algorithm>
#include <memory>
#include <new>
#include <vector>

namespace hodhod::kernels {
namespace {

constexpr size_t kLine = 64;

struct Free {
  void operator()(std::byte* memory) const { ::operator delete (memory, std::align_val_t{kLine}); }
};
using Block = std::unique_ptr<std::byte, Free>;

Block allocate(size_t bytes) {
  return Block(static_cast<std::byte*>(::operator new (bytes, std::align_val_t{kLine})));
}

// One thread's memory: a block from which pieces are taken in order, and pieces that did not fit into it.
struct Arena {
  Block block;
  size_t size = 0;
  size_t used =
      0;  // includes pieces outside the block, so that the peak is the size that would have held all
  size_t peak = 0;
  int depth = 0;
  std::vector<Block> overflows;

  void* take(size_t bytes) {
    const size_t begin = used;
    used += bytes;
    peak = std::max(peak, used);
    if (used <= size) return block.get() + begin;
    overflows.push_back(allocate(bytes));
    return overflows.back().get();
  }

  void grow() {
    if (peak <= size) return;
    block.reset();
    size = 0;
    block = allocate(peak);
    size = peak;
  }
};

Arena& arena() {
  thread_local Arena instance;
  return instance;
}

}  // namespace

Scratch::Scratch() {
  Arena& memory = arena();
  used_ = memory.used;
  overflows_ = memory.overflows.size();
  ++memory.depth;
}

Scratch::~Scratch() {
  Arena& memory = arena();
  memory.used = used_;
  memory.overflows.resize(overflows_);
  if (--memory.depth > 0) return;
  try {
    memory.grow();
  } catch (const std::bad_alloc&) {
    // The block stays empty; the next use takes its pieces from the system again.
  }
}

void* Scratch::get_bytes(size_t bytes) {
  // Never empty, so that two pieces never share an address.
  return arena().take((std::max(bytes, size_t{1}) + kLine - 1) / kLine * kLine);
}

}  // namespace hodhod::kernels
