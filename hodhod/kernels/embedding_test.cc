// SPDX-License-Identifier: Apache-2.0
#include "hodhod/kernels/embedding.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "hodhod/kernels/kernels.h"
#include "hodhod/kernels/test_values.h"

namespace hodhod::kernels {
namespace {

std::vector<int64_t> random_ids(int64_t count, uint64_t rows) {
  Rng rng(9);
  std::vector<int64_t> ids(count);
  for (int64_t& id : ids) id = static_cast<int64_t>(rng.below(rows));
  return ids;
}

template <class T>
std::vector<T> everything(int64_t count, int64_t columns, int64_t table_rows, bool accumulate) {
  const auto ids = random_ids(count, table_rows);
  const auto table = random_values<T>(table_rows * columns, 1), dy = random_values<T>(count * columns, 2);
  std::vector<T> y(count * columns);
  auto dtable = random_values<T>(table_rows * columns, 3);
  cpu_kernels<T>().embedding({.count = count,
                              .columns = columns,
                              .ids = ids.data(),
                              .table = table.data(),
                              .y = y.data(),
                              .factor = 2});
  cpu_kernels<T>().embedding_backward({.count = count,
                                       .columns = columns,
                                       .table_rows = table_rows,
                                       .ids = ids.data(),
                                       .dy = dy.data(),
                                       .dtable = dtable.data(),
                                       .factor = 2,
                                       .skip = 1,
                                       .accumulate = accumulate});
  y.insert(y.end(), dtable.begin(), dtable.end());
  return y;
}

TEST(Embedding, MatchesTheTwinOnEveryTarget) {
  cpu::for_each_target([&](const char* target) {
    for (int64_t columns : {0, 1, 3, 17, 100}) {
      for (int64_t count : {0, 1, 3, 200}) {
        for (bool accumulate : {false, true}) {
          expect_near(everything<float>(count, columns, 13, accumulate),
                      everything<double>(count, columns, 13, accumulate), 1e-5,
                      std::to_string(count) + "×" + std::to_string(columns) + " " + target);
        }
      }
    }
  });
}

TEST(Embedding, ThreadsDoNotChangeBits) {
  expect_threads_agree([] { return everything<float>(999, 301, 50, true); });
}

TEST(Embedding, FirstOutside) {
  const std::vector<int64_t> ids = {0, 4, 2, 5, -1};
  EXPECT_EQ(first_outside(ids.data(), 5, 6), 4);
  EXPECT_EQ(first_outside(ids.data(), 5, 5), 3);
  EXPECT_EQ(first_outside(ids.data(), 3, 5), -1);
  EXPECT_EQ(first_outside(ids.data(), 0, 0), -1);
}

}  // namespace
}  // namespace hodhod::kernels
