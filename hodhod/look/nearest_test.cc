// SPDX-License-Identifier: Apache-2.0
#include "hodhod/look/nearest.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "hodhod/base/rng.h"
#include "hodhod/base/testing.h"
#include "hodhod/base/threads.h"

namespace hodhod::look {
namespace {

Tensor normal_table(int64_t rows, int64_t width, uint64_t seed) {
  Tensor table = Tensor::empty({rows, width});
  Rng rng(seed);
  for (int64_t i = 0; i < table.numel(); ++i) table.data<float>()[i] = static_cast<float>(rng.normal());
  return table;
}

// Every pair in double precision, sorted whole.
std::vector<NearToken> sorted_by_cosine(const Tensor& table, int64_t id) {
  const int64_t width = table.dim(1);
  const auto dot = [&](int64_t a, int64_t b) {
    double sum = 0;
    for (int64_t c = 0; c < width; ++c)
      sum += static_cast<double>(table.data<float>()[a * width + c]) * table.data<float>()[b * width + c];
    return sum;
  };
  std::vector<NearToken> all;
  for (int64_t row = 0; row < table.dim(0); ++row) {
    if (row != id) all.push_back({row, dot(id, row) / std::sqrt(dot(id, id) * dot(row, row))});
  }
  std::sort(all.begin(), all.end(),
            [](const NearToken& a, const NearToken& b) { return a.cosine > b.cosine; });
  return all;
}

// More rows than are compared at a time.
TEST(Nearest, AreThoseOfAllPairsInDoublePrecision) {
  const Tensor table = normal_table(4999, 33, 1);
  const std::vector<int64_t> ids = {0, 17, 4095, 4096, 4998};
  const auto found = nearest_rows(table, ids, 10);
  ASSERT_EQ(found.size(), ids.size());
  for (size_t i = 0; i < ids.size(); ++i) {
    const auto truth = sorted_by_cosine(table, ids[i]);
    ASSERT_EQ(found[i].size(), 10u);
    for (size_t k = 0; k < 10; ++k) {
      EXPECT_EQ(found[i][k].id, truth[k].id) << ids[i] << ", neighbour " << k;
      EXPECT_NEAR(found[i][k].cosine, truth[k].cosine, 2e-6);
    }
  }
}

TEST(Nearest, DoNotDependOnThreads) {
  const int before = thread_count();
  const Tensor table = normal_table(301, 16, 2);
  const std::vector<int64_t> ids = {3, 300, 7};
  set_thread_count(1);
  const auto one = nearest_rows(table, ids, 5);
  set_thread_count(4);
  const auto four = nearest_rows(table, ids, 5);
  set_thread_count(before);
  EXPECT_EQ(one, four);
}

TEST(Nearest, RowsWithoutADirectionAreNearToNothing) {
  Tensor table = normal_table(6, 4, 3);
  for (int64_t c = 0; c < 4; ++c) table.data<float>()[4 * 2 + c] = 0;
  table.data<float>()[4 * 5] = std::numeric_limits<float>::quiet_NaN();
  // Row 4 is row 1 twice as long: the same direction.
  for (int64_t c = 0; c < 4; ++c) table.data<float>()[4 * 4 + c] = 2 * table.data<float>()[4 + c];
  const auto found = nearest_rows(table, std::vector<int64_t>{1, 2, 5}, 10);
  ASSERT_EQ(found[0].size(), 3u);
  EXPECT_EQ(found[0][0].id, 4);
  EXPECT_NEAR(found[0][0].cosine, 1, 1e-6);
  for (const NearToken& token : found[0]) EXPECT_TRUE(token.id != 1 && token.id != 2 && token.id != 5);
  EXPECT_TRUE(found[1].empty());
  EXPECT_TRUE(found[2].empty());
  expect_error([&] { nearest_rows(table, std::vector<int64_t>{6}, 1); },
               "there is no row 6; the table has 6");
}

}  // namespace
}  // namespace hodhod::look
