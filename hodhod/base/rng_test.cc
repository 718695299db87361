// SPDX-License-Identifier: Apache-2.0
#include "hodhod/base/rng.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace hodhod {
namespace {

// Known answers published with Random123 (kat_vectors, philox4x32 with 10 rounds).
TEST(Philox, MatchesThePublishedAnswers) {
  const std::array<uint32_t, 4> zero = {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8};
  EXPECT_EQ(philox({0, 0, 0, 0}, {0, 0}), zero);
  const uint32_t f = 0xffffffff;
  const std::array<uint32_t, 4> ones = {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd};
  EXPECT_EQ(philox({f, f, f, f}, {f, f}), ones);
  const std::array<uint32_t, 4> pi = {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1};
  EXPECT_EQ(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}), pi);
}

TEST(Rng, ResumesFromItsPosition) {
  Rng a(7, 3);
  for (int i = 0; i < 13; ++i) a.next_u32();
  Rng b(a.seed(), a.stream(), a.position());
  for (int i = 0; i < 20; ++i) EXPECT_EQ(a.next_u32(), b.next_u32());
}

TEST(Rng, ForksDiffer) {
  Rng root(1);
  EXPECT_NE(root.fork(1).next_u64(), root.fork(2).next_u64());
  EXPECT_NE(root.fork(1).fork(2).next_u64(), root.fork(2).fork(1).next_u64());
  EXPECT_EQ(root.fork(5).next_u64(), root.fork(5).next_u64());
}

TEST(Rng, MomentsAreThoseOfTheDistribution) {
  Rng rng(42);
  const int n = 100000;
  double sum = 0, square = 0, uniform = 0;
  std::vector<int> counts(10);
  for (int i = 0; i < n; ++i) {
    const double x = rng.normal();
    sum += x;
    square += x * x;
    uniform += rng.uniform();
    ++counts[rng.below(10)];
  }
  EXPECT_NEAR(sum / n, 0.0, 4 / std::sqrt(n));
  EXPECT_NEAR(square / n, 1.0, 6 / std::sqrt(n));
  EXPECT_NEAR(uniform / n, 0.5, 2 / std::sqrt(n));
  for (int c : counts) EXPECT_NEAR(c, n / 10, 4 * std::sqrt(n / 10));
}

}  // namespace
}  // namespace hodhod
