// SPDX-License-Identifier: Apache-2.0
#include "hodhod/kernels/pick.h"

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

#include "hodhod/kernels/test_values.h"

namespace hodhod::kernels {
namespace {

TEST(Pick, TakesRows) {
  std::vector<uint8_t> from(21);
  std::iota(from.begin(), from.end(), uint8_t{0});
  const std::vector<int64_t> ids = {6, 0, 6, 3};
  std::vector<uint8_t> got(12);
  cpu::take_rows({.count = 4, .bytes = 3, .ids = ids.data(), .from = from.data(), .to = got.data()});
  EXPECT_EQ(got, (std::vector<uint8_t>{18, 19, 20, 0, 1, 2, 18, 19, 20, 9, 10, 11}));
  cpu::take_rows({.count = 4, .bytes = 0, .ids = ids.data(), .from = from.data(), .to = got.data()});
}

// x[r, ids[r, c], k] for x [3, 5, 2] stored with its last two dimensions swapped.
template <class U>
void gathers() {
  std::vector<U> x(30), got(12), want;
  std::iota(x.begin(), x.end(), U(1));
  const std::vector<int64_t> ids = {4, 0, 1, 1, 3, 2, 0, 0, 4, 4, 2, 1};
  for (int64_t e = 0; e < 12; ++e) want.push_back(x[e / 4 * 10 + e % 2 * 5 + ids[e]]);
  cpu::gather({.size = sizeof(U),
               .nest = {3, {3, 2, 2}, {{{10, 0, 5}}}},
               .step = 1,
               .ids = ids.data(),
               .from = x.data(),
               .to = got.data()});
  EXPECT_EQ(got, want) << sizeof(U);
}

TEST(Pick, GathersElementsOfEverySize) {
  gathers<uint8_t>();
  gathers<uint16_t>();
  gathers<uint32_t>();
  gathers<uint64_t>();
}

template <class T, class Kernel>
void scatters(const Kernel& kernel) {
  std::vector<T> x(10, T{1}), want = x;
  const std::vector<int64_t> ids = {4, 0, 4, 1, 1, 1};
  const auto dy = random_values<T>(6, 3);
  for (int64_t e = 0; e < 6; ++e) want[e / 3 * 5 + ids[e]] += dy[e];
  kernel(ScatterAddArgs<T>{
      .nest = {2, {2, 3}, {{{5, 0}}}}, .step = 1, .ids = ids.data(), .dy = dy.data(), .x = x.data()});
  EXPECT_EQ(x, want);
}

TEST(Pick, ScattersInOrder) {
  scatters<float>(cpu::scatter_add);
  scatters<double>(reference::scatter_add);
}

TEST(Pick, FillsWhereTheMaskSays) {
  const std::vector<float> x = {1, 2, 3};
  const std::vector<uint8_t> mask = {0, 1, 255};
  std::vector<float> y(3);
  cpu::masked_fill({.count = 3, .mask = mask.data(), .value = -7, .x = x.data(), .y = y.data()});
  EXPECT_EQ(y, (std::vector<float>{1, -7, -7}));
}

}  // namespace
}  // namespace hodhod::kernels
