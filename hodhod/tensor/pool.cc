// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tensor/pool.h"

#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>
#include <mutex>

#include "hodhod/base/error.h"

#if defined(__SANITIZE_ADDRESS__)
#define HODHOD_POOL_IS_MALLOC 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
#define HODHOD_POOL_IS_MALLOC 1
#endif
#endif

namespace hodhod::pool {
namespace {

constexpr int64_t kAlign = 64;
constexpr int64_t kHeader = 64;
constexpr int64_t kSegment = int64_t{32} << 20;
constexpr int64_t kHugePage = int64_t{2} << 20;

// The header of every block; `size` includes the header. Links are used while the block is free.
struct alignas(64) Block {
  int64_t size;
  Block* before;  // neighbour at the lower address, null at a segment's start
  bool is_free;
  bool is_last;  // of its segment
  Block* next_free;
  Block* previous_free;

  Block* after() {
    return is_last ? nullptr : reinterpret_cast<Block*>(reinterpret_cast<char*>(this) + size);
  }
};
static_assert(sizeof(Block) == kHeader);

constexpr int64_t round_up(int64_t n, int64_t multiple) { return (n + multiple - 1) / multiple * multiple; }

// Lists of free blocks by size: each power of two is divided into 16 classes.
class FreeLists {
 public:
  void insert(Block* block) {
    const auto [row, column] = place(block->size);
    Block*& head = heads_[row][column];
    block->is_free = true;
    block->previous_free = nullptr;
    block->next_free = head;
    if (head) head->previous_free = block;
    head = block;
    rows_ |= uint64_t{1} << row;
    columns_[row] |= 1u << column;
  }

  void remove(Block* block) {
    const auto [row, column] = place(block->size);
    if (block->next_free) block->next_free->previous_free = block->previous_free;
    if (block->previous_free) {
      block->previous_free->next_free = block->next_free;
    } else {
      heads_[row][column] = block->next_free;
      if (!block->next_free) {
        columns_[row] &= ~(1u << column);
        if (!columns_[row]) rows_ &= ~(uint64_t{1} << row);
      }
    }
    block->is_free = false;
  }

  // A free block of at least `size` bytes, or null. The class of `size` itself is searched first: a block of
  // exactly this size that was freed a step ago is the common case, and taking it keeps the pool from
  // growing.
  Block* find(int64_t size) {
    const auto [row, column] = place(size);
    int looks = 0;
    for (Block* block = heads_[row][column]; block && looks < 16; block = block->next_free, ++looks) {
      if (block->size >= size) return block;
    }
    uint32_t columns = column == 15 ? 0 : columns_[row] & (~0u << (column + 1));
    int found_row = row;
    if (!columns) {
      const uint64_t rows = row == 63 ? 0 : rows_ & (~uint64_t{0} << (row + 1));
      if (!rows) return nullptr;
      found_row = std::countr_zero(rows);
      columns = columns_[found_row];
    }
    return heads_[found_row][std::countr_zero(columns)];
  }

 private:
  struct Place {
    int row, column;
  };
  static Place place(int64_t size) {
    const int row = 63 - std::countl_zero(static_cast<uint64_t>(size));  // size ≥ 64, so row ≥ 6
    return {row, static_cast<int>((size >> (row - 4)) & 15)};
  }

  uint64_t rows_ = 0;
  std::array<uint32_t, 64> columns_{};
  std::array<std::array<Block*, 16>, 64> heads_{};
};

class Pool {
 public:
  void* allocate(int64_t bytes) {
    check(bytes >= 0 && bytes < int64_t{1} << 46, "cannot allocate {} bytes", bytes);
    const int64_t size = size_of_block(bytes);
    std::lock_guard<std::mutex> lock(mutex_);
    Block* block = free_.find(size);
    if (!block) block = grow(size);
    free_.remove(block);
    if (block->size >= size + kHeader + kAlign) split(block, size);
    statistics_.in_use += block->size;
    statistics_.peak = std::max(statistics_.peak, statistics_.in_use);
    return reinterpret_cast<char*>(block) + kHeader;
  }

  void release(void* memory) noexcept {
    if (!memory) return;
    Block* block = reinterpret_cast<Block*>(static_cast<char*>(memory) - kHeader);
    std::lock_guard<std::mutex> lock(mutex_);
    statistics_.in_use -= block->size;
    if (Block* next = block->after(); next && next->is_free) join(block, next);
    if (Block* before = block->before; before && before->is_free) {
      free_.remove(before);
      absorb(before, block);
      block = before;
    }
    free_.insert(block);
  }

  void trim() {
    std::lock_guard<std::mutex> lock(mutex_);
    Segment** link = &segments_;
    while (Segment* segment = *link) {
      Block* first = segment->first();
      if (first->is_free && first->is_last) {
        free_.remove(first);
        *link = segment->next;
        statistics_.reserved -= segment->bytes;
        munmap(segment, static_cast<size_t>(segment->bytes));
      } else {
        link = &segment->next;
      }
    }
  }

  Statistics statistics() {
    std::lock_guard<std::mutex> lock(mutex_);
    return statistics_;
  }

  void reset_peak() {
    std::lock_guard<std::mutex> lock(mutex_);
    statistics_.peak = statistics_.in_use;
  }

 private:
  struct alignas(64) Segment {
    Segment* next;
    int64_t bytes;
    Block* first() { return reinterpret_cast<Block*>(this + 1); }
  };

  Block* grow(int64_t size) {
    const int64_t bytes =
        std::max(kSegment, round_up(size + static_cast<int64_t>(sizeof(Segment)), kHugePage));
    void* memory =
        mmap(nullptr, static_cast<size_t>(bytes), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    check(memory != MAP_FAILED,
          "out of memory: {} MiB asked of the system with {} MiB in use; use a smaller batch", bytes >> 20,
          statistics_.in_use >> 20);
    madvise(memory, static_cast<size_t>(bytes), MADV_HUGEPAGE);
    Segment* segment = new (memory) Segment{segments_, bytes};
    segments_ = segment;
    ++statistics_.system_allocations;
    statistics_.reserved += bytes;
    Block* block = new (segment->first())
        Block{bytes - static_cast<int64_t>(sizeof(Segment)), nullptr, true, true, nullptr, nullptr};
    free_.insert(block);
    return block;
  }

  void split(Block* block, int64_t size) {
    Block* rest = new (reinterpret_cast<char*>(block) + size)
        Block{block->size - size, block, true, block->is_last, nullptr, nullptr};
    if (Block* next = rest->after()) next->before = rest;
    block->size = size;
    block->is_last = false;
    free_.insert(rest);
  }

  void join(Block* block, Block* next) {
    free_.remove(next);
    absorb(block, next);
  }

  void absorb(Block* block, Block* next) {
    block->size += next->size;
    block->is_last = next->is_last;
    if (Block* after = block->after()) after->before = block;
  }

  std::mutex mutex_;
  FreeLists free_;
  Segment* segments_ = nullptr;
  Statistics statistics_;
};

// Never destroyed: tensors with static lifetime may be released after it would be.
Pool& pool() {
  alignas(Pool) static char memory[sizeof(Pool)];
  static Pool* instance = new (memory) Pool;
  return *instance;
}

}  // namespace

#if defined(HODHOD_POOL_IS_MALLOC)
// Under a memory checker every block is allocated separately, so that a stray access is detected.
void* allocate(int64_t bytes) {
  check(bytes >= 0 && bytes < int64_t{1} << 46, "cannot allocate {} bytes", bytes);
  void* memory =
      std::aligned_alloc(kAlign, static_cast<size_t>(round_up(std::max<int64_t>(bytes, 1), kAlign)));
  check(memory != nullptr, "out of memory: {} bytes asked of the system; use a smaller batch", bytes);
  return memory;
}
void release(void* memory) noexcept { std::free(memory); }
#else
void* allocate(int64_t bytes) { return pool().allocate(bytes); }
void release(void* memory) noexcept { pool().release(memory); }
#endif

int64_t size_of_block(int64_t bytes) { return round_up(std::max<int64_t>(bytes, 1), kAlign) + kHeader; }

Statistics statistics() { return pool().statistics(); }
void reset_peak() { pool().reset_peak(); }
void trim() { pool().trim(); }

}  // namespace hodhod::pool
