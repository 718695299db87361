// SPDX-License-Identifier: Apache-2.0
#include "hodhod/kernels/scratch.h"

#include <gtest/gtest.h>

#include <cstring>
#include <thread>

namespace hodhod::kernels {
namespace {

TEST(Scratch, PiecesAreAlignedAndDisjoint) {
  for (int round = 0; round < 3; ++round) {
    Scratch scratch;
    char* a = scratch.get<char>(3);
    float* b = scratch.get<float>(1001);
    char* c = scratch.get<char>(0);
    for (void* p : {static_cast<void*>(a), static_cast<void*>(b), static_cast<void*>(c)}) {
      EXPECT_EQ(reinterpret_cast<uintptr_t>(p) % 64, 0u);
    }
    std::memset(a, 1, 3);
    std::memset(b, 2, 1001 * sizeof(float));
    EXPECT_EQ(a[2], 1);
    EXPECT_NE(static_cast<void*>(a), static_cast<void*>(c));
  }
}

TEST(Scratch, ReusesItsMemory) {
  // In a thread of its own: other tests have used this thread's block.
  std::thread([] {
    { Scratch(), Scratch().get<float>(100000); }
    float* first = nullptr;
    {
      Scratch scratch;
      first = scratch.get<float>(100000);
    }
    for (int round = 0; round < 3; ++round) {
      Scratch scratch;
      EXPECT_EQ(scratch.get<float>(round == 1 ? 10 : 100000), first);
    }
  }).join();
}

TEST(Scratch, Nests) {
  std::thread([] {
    for (int round = 0; round < 2; ++round) {
      Scratch outer;
      int* a = outer.get<int>(1000);
      a[999] = 7;
      int* inside = nullptr;
      {
        Scratch inner;
        inside = inner.get<int>(5000);
        inside[0] = 8;
        inside[4999] = 9;
      }
      EXPECT_EQ(a[999], 7);
      // The inner piece's room is free again.
      Scratch inner;
      int* again = inner.get<int>(5000);
      if (round == 1) {
        EXPECT_EQ(again, inside);
      }
    }
  }).join();
}

}  // namespace
}  // namespace hodhod::kernels
