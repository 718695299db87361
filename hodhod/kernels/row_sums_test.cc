// SPDX-License-Identifier: Apache-2.0
#include "hodhod/kernels/row_sums.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "hodhod/kernels/kernels.h"
#include "hodhod/kernels/test_values.h"

namespace hodhod::kernels {
namespace {

constexpr int64_t kTableRows = 11;

// Sums of 0 to 12 rows each, and additions in three groups that share no row.
template <class T>
std::vector<T> row_sums_and_adds(int64_t count, int64_t columns, bool scaled) {
  Rng rng(4);
  std::vector<int32_t> begin = {0}, rows;
  for (int64_t i = 0; i < count; ++i) {
    for (uint64_t n = rng.below(13); n > 0; --n) rows.push_back(static_cast<int32_t>(rng.below(kTableRows)));
    begin.push_back(static_cast<int32_t>(rows.size()));
  }
  const auto scale = random_values<T>(std::max<int64_t>(count, 1), 6);
  auto table = random_values<T>(kTableRows * columns, 1);
  std::vector<T> y(count * columns);
  cpu_kernels<T>().row_sums({.count = count,
                             .columns = columns,
                             .begin = begin.data(),
                             .rows = rows.data(),
                             .table = table.data(),
                             .scale = scaled ? scale.data() : nullptr,
                             .y = y.data()});
  std::vector<int32_t> groups = {0};
  std::vector<RowAdd> adds;
  for (int32_t g = 0; g < 3; ++g) {
    for (int64_t i = 0; count > 0 && i < 20; ++i) {
      const auto to = static_cast<int32_t>(rng.below(3)) * 3 + g;
      adds.push_back({to, static_cast<int32_t>(rng.below(count)), static_cast<int32_t>(rng.below(count)),
                      0.25f * static_cast<float>(rng.below(9))});
    }
    groups.push_back(static_cast<int32_t>(adds.size()));
  }
  const auto from = random_values<T>(count * columns, 7);
  cpu_kernels<T>().row_adds({.groups = 3,
                             .columns = columns,
                             .begin = groups.data(),
                             .adds = adds.data(),
                             .from = from.data(),
                             .factor = scaled ? scale.data() : nullptr,
                             .table = table.data()});
  y.insert(y.end(), table.begin(), table.end());
  return y;
}

TEST(RowSums, MatchTheTwinOnEveryTarget) {
  cpu::for_each_target([&](const char* target) {
    for (int64_t columns : {0, 1, 7, 16, 100, 112, 300}) {
      for (int64_t count : {0, 1, 3, 50}) {
        for (bool scaled : {false, true}) {
          expect_near(row_sums_and_adds<float>(count, columns, scaled),
                      row_sums_and_adds<double>(count, columns, scaled), 1e-5,
                      std::to_string(count) + "×" + std::to_string(columns) + " " + target);
        }
      }
    }
  });
}

TEST(RowSums, DoNotDependOnThreads) {
  expect_threads_agree([] { return row_sums_and_adds<float>(200, 112, true); });
}

}  // namespace
}  // namespace hodhod::kernels
