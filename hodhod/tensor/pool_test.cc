// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tensor/pool.h"

#include <gtest/gtest.h>

#include <cstring>
#include <thread>
#include <vector>

#include "hodhod/base/error.h"
#include "hodhod/base/rng.h"

namespace hodhod {
namespace {

// Allocates and frees at random, checking that no two blocks overlap.
void shuffle_blocks(uint64_t seed, int rounds) {
  struct Held {
    unsigned char* memory;
    size_t bytes;
    unsigned char mark;
  };
  std::vector<Held> held;
  Rng rng(seed);
  for (int i = 0; i < rounds; ++i) {
    if (held.size() < 50 || rng.below(2)) {
      const size_t bytes = rng.below(2) ? rng.below(300) : rng.below(200000);
      auto* memory = static_cast<unsigned char*>(pool::allocate(static_cast<int64_t>(bytes)));
      ASSERT_EQ(reinterpret_cast<uintptr_t>(memory) % 64, 0u);
      const auto mark = static_cast<unsigned char>(rng.next_u32());
      std::memset(memory, mark, bytes);
      held.push_back({memory, bytes, mark});
    } else {
      const size_t at = rng.below(held.size());
      const Held block = held[at];
      for (size_t b = 0; b < block.bytes; ++b) ASSERT_EQ(block.memory[b], block.mark);
      pool::release(block.memory);
      held[at] = held.back();
      held.pop_back();
    }
  }
  for (const Held& block : held) pool::release(block.memory);
}

TEST(Pool, BlocksDoNotOverlap) { shuffle_blocks(1, 5000); }

TEST(Pool, ThreadsShareIt) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) threads.emplace_back([t] { shuffle_blocks(static_cast<uint64_t>(t), 2000); });
  for (auto& thread : threads) thread.join();
}

TEST(Pool, FreedMemoryIsJoinedAndUsedAgain) {
#if defined(__SANITIZE_ADDRESS__)
  GTEST_SKIP() << "the pool is plain malloc under the address sanitizer";
#endif
  pool::trim();
  const auto before = pool::statistics();
  std::vector<void*> blocks;
  for (int i = 0; i < 64; ++i) blocks.push_back(pool::allocate(1 << 20));
  for (void* block : blocks) pool::release(block);
  const auto grown = pool::statistics();
  EXPECT_EQ(grown.in_use, before.in_use);
  // The 64 pieces, joined, hold a large one without asking the system again.
  void* large = pool::allocate(16 << 20);
  EXPECT_EQ(pool::statistics().system_allocations, grown.system_allocations);
  pool::release(large);
  pool::trim();
  EXPECT_LE(pool::statistics().reserved, before.reserved);
}

TEST(Pool, AnImpossibleSizeIsAnError) {
  EXPECT_THROW(pool::allocate(-1), Error);
  EXPECT_THROW(pool::allocate(int64_t{1} << 60), Error);
}

}  // namespace
}  // namespace hodhod
