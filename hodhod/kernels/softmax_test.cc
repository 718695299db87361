// SPDX-License-Identifier: Apache-2.0
#include "hodhod/kernels/softmax.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "hodhod/kernels/kernels.h"
#include "hodhod/kernels/test_values.h"

namespace hodhod::kernels {
namespace {

template <class T>
std::vector<T> forward(const std::vector<T>& x, int64_t rows, int64_t columns, bool log,
                       const std::vector<int64_t>& lengths = {}) {
  std::vector<T> y(rows * columns);
  cpu_kernels<T>().softmax(
      {.rows = rows,
       .columns = columns,
       .log = log,
       .x = x.data(),
       .y = y.data(),
       .lengths = lengths.empty() ? nullptr : lengths.data(),
       .rows_per_length = lengths.empty() ? 1 : rows / static_cast<int64_t>(lengths.size())});
  return y;
}

template <class T>
std::vector<T> backward(const std::vector<T>& y, const std::vector<T>& dy, int64_t rows, int64_t columns,
                        bool log, const std::vector<int64_t>& lengths = {}) {
  std::vector<T> dx(rows * columns);
  cpu_kernels<T>().softmax_backward(
      {.rows = rows,
       .columns = columns,
       .log = log,
       .y = y.data(),
       .dy = dy.data(),
       .dx = dx.data(),
       .lengths = lengths.empty() ? nullptr : lengths.data(),
       .rows_per_length = lengths.empty() ? 1 : rows / static_cast<int64_t>(lengths.size())});
  return dx;
}

TEST(Softmax, MatchesTheTwinOnEveryTarget) {
  cpu::for_each_target([&](const char* target) {
    for (bool log : {false, true}) {
      for (int64_t columns : {0, 1, 3, 17, 32, 1000}) {
        for (const std::vector<int64_t>& part : {std::vector<int64_t>{}, {0, columns / 2, columns}}) {
          const int64_t rows = 6;
          const std::string what = std::to_string(columns) + (log ? " log " : " ") + target;
          auto x = random_values<float>(rows * columns, 1);
          for (float& value : x) value *= 10;
          const auto dy = random_values<float>(rows * columns, 2);
          const std::vector<double> wide_x(x.begin(), x.end()), wide_dy(dy.begin(), dy.end());
          const auto want = forward(wide_x, rows, columns, log, part);
          const auto got = forward(x, rows, columns, log, part);
          expect_near(got, want, 2e-6, what);
          expect_near(backward(got, dy, rows, columns, log, part),
                      backward(want, wide_dy, rows, columns, log, part), 2e-5, what + " backward");
        }
      }
    }
  });
}

TEST(Softmax, HugeValuesNeitherOverflowNorLoseTheirSum) {
  const auto y = forward<float>({1e30f, 1e30f, -1e30f, 1e30f}, 1, 4, false);
  expect_near(y, {1 / 3.0, 1 / 3.0, 0, 1 / 3.0}, 1e-7, "huge");
  const auto bad = forward<float>({0, std::numeric_limits<float>::quiet_NaN(), 1}, 1, 3, false);
  for (float value : bad) EXPECT_TRUE(std::isnan(value));
}

// A masked row is the row without what is masked; a row in a batch is the row alone.
TEST(Softmax, NeitherMaskNorBatchChangesBits) {
  cpu::for_each_target([&](const char* target) {
    for (bool log : {false, true}) {
      const int64_t rows = 8, columns = 90;
      const std::vector<int64_t> lengths = {90, 1, 33, 47, 16, 64, 89, 5};
      const auto x = random_values<float>(rows * columns, 3), dy = random_values<float>(rows * columns, 4);
      const auto y = forward(x, rows, columns, log, lengths);
      const auto dx = backward(y, dy, rows, columns, log, lengths);
      for (int64_t r = 0; r < rows; ++r) {
        const auto part = [&](const std::vector<float>& v) {
          return std::vector<float>(v.begin() + r * columns, v.begin() + r * columns + lengths[r]);
        };
        const auto alone = forward(part(x), 1, lengths[r], log);
        expect_same_bits(part(y), alone, target);
        expect_same_bits(part(dx), backward(alone, part(dy), 1, lengths[r], log), target);
      }
    }
  });
}

TEST(Softmax, ThreadsDoNotChangeBits) {
  const auto x = random_values<float>(999 * 101, 5);
  expect_threads_agree([&] { return forward(x, 999, 101, false); });
  expect_threads_agree([&] { return backward(forward(x, 999, 101, true), x, 999, 101, true); });
}

}  // namespace
}  // namespace hodhod::kernels
