// SPDX-License-Identifier: Apache-2.0
#include "hodhod/kernels/reduce.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "hodhod/kernels/kernels.h"
#include "hodhod/kernels/test_values.h"

namespace hodhod::kernels {
namespace {

constexpr Reduction kReductions[] = {Reduction::sum, Reduction::sum_squares, Reduction::max};

Nest<1> nest_of(const std::vector<int64_t>& shape, const std::vector<int64_t>& strides) {
  Nest<1> nest;
  nest.rank = static_cast<int>(shape.size());
  std::copy(shape.begin(), shape.end(), nest.shape.begin());
  std::copy(strides.begin(), strides.end(), nest.strides[0].begin());
  return nest;
}

template <class T>
std::vector<T> reduced(Reduction reduction, const std::vector<T>& x, const Nest<1>& kept, const Nest<1>& over,
                       double factor = 1) {
  std::vector<T> y(kept.count());
  cpu_kernels<T>().reduce({.reduction = reduction,
                           .kept = kept,
                           .reduced = over,
                           .x = x.data(),
                           .y = y.data(),
                           .factor = static_cast<T>(factor)});
  return y;
}

TEST(Reduce, RowsColumnsAndMixedDimensions) {
  cpu::for_each_target([&](const char* target) {
    for (int64_t rows : {1, 3, 17, 70}) {
      for (int64_t columns : {0, 1, 3, 17, 65, 200, 1000}) {
        const auto x = random_values<float>(rows * columns, 1);
        const std::vector<double> wide(x.begin(), x.end());
        for (Reduction reduction : kReductions) {
          const std::string what = std::to_string(rows) + "×" + std::to_string(columns) + " " + target;
          const Nest<1> along = nest_of({rows}, {columns}), across = nest_of({columns}, {1});
          expect_near(reduced(reduction, x, along, across, 0.25),
                      reduced(reduction, wide, along, across, 0.25), 2e-5, what);
          expect_near(reduced(reduction, x, across, along), reduced(reduction, wide, across, along), 2e-5,
                      what);
          expect_near(reduced(reduction, x, nest_of({}, {}), nest_of({rows, columns}, {columns, 1})),
                      reduced(reduction, wide, nest_of({}, {}), nest_of({rows, columns}, {columns, 1})), 1e-4,
                      what);
        }
      }
    }
  });
}

TEST(Reduce, ByPlainArithmetic) {
  // [2, 3, 4, 5] over dimensions 1 and 3
  const auto x = random_values<float>(120, 2);
  std::vector<double> want(8);
  for (int i = 0; i < 120; ++i) want[i / 60 * 4 + i / 5 % 4] += x[i];
  expect_near(reduced(Reduction::sum, x, nest_of({2, 4}, {60, 5}), nest_of({3, 5}, {20, 1})), want, 1e-6,
              "sum");
}

// The order of additions is a function of the number of values: rows, columns and gathered values agree in
// bits.
TEST(Reduce, LayoutDoesNotChangeBits) {
  cpu::for_each_target([&](const char* target) {
    for (int64_t n : {1, 31, 33, 1000, 4096, 4097, 20000}) {
      const int64_t m = 3;
      const auto x = random_values<float>(m * n, 3);
      std::vector<float> turned(m * n), apart(2 * m * n);
      for (int64_t r = 0; r < m; ++r) {
        for (int64_t i = 0; i < n; ++i) turned[i * m + r] = apart[2 * (r * n + i)] = x[r * n + i];
      }
      for (Reduction reduction : kReductions) {
        const auto want = reduced(reduction, x, nest_of({m}, {n}), nest_of({n}, {1}));
        const std::string what = std::to_string(n) + " " + target;
        expect_same_bits(reduced(reduction, turned, nest_of({m}, {1}), nest_of({n}, {m})), want,
                         what + " columns");
        expect_same_bits(reduced(reduction, apart, nest_of({m}, {2 * n}), nest_of({n}, {2})), want,
                         what + " apart");
        const std::vector<float> second(x.begin() + n, x.begin() + 2 * n);
        expect_same_bits(reduced(reduction, second, nest_of({1}, {n}), nest_of({n}, {1})), {want[1]},
                         what + " alone");
      }
    }
  });
}

TEST(Reduce, TargetsAgreeInBitsOnSums) {
  const auto x = random_values<float>(5000, 4);
  const auto want = reduced(Reduction::sum, x, nest_of({}, {}), nest_of({5000}, {1}));
  cpu::for_each_target([&](const char* target) {
    expect_same_bits(reduced(Reduction::sum, x, nest_of({}, {}), nest_of({5000}, {1})), want, target);
  });
}

TEST(Reduce, LongSumsStayAccurate) {
  const int64_t n = 3'000'001;
  const std::vector<float> x(n, 0.1f);
  const auto y = reduced(Reduction::sum, x, nest_of({}, {}), nest_of({n}, {1}));
  EXPECT_NEAR(y[0] / (n * double{0.1f}), 1.0, 3e-6);
}

TEST(Reduce, ThreadsDoNotChangeBits) {
  const auto x = random_values<float>(9000 * 100, 5);
  expect_threads_agree(
      [&] { return reduced(Reduction::sum, x, nest_of({9000}, {100}), nest_of({100}, {1})); });
  expect_threads_agree(
      [&] { return reduced(Reduction::sum, x, nest_of({100}, {1}), nest_of({9000}, {100})); });
  expect_threads_agree(
      [&] { return reduced(Reduction::sum_squares, x, nest_of({}, {}), nest_of({900000}, {1})); });
}

TEST(Reduce, MaxOfNanIsNanAndOfNothingMinusInfinity) {
  auto x = random_values<float>(100, 6);
  x[63] = std::numeric_limits<float>::quiet_NaN();
  cpu::for_each_target([&](const char*) {
    EXPECT_TRUE(std::isnan(reduced(Reduction::max, x, nest_of({}, {}), nest_of({100}, {1}))[0]));
    EXPECT_EQ(reduced(Reduction::max, x, nest_of({}, {}), nest_of({0}, {1}))[0],
              -std::numeric_limits<float>::infinity());
  });
}

TEST(Reduce, Argmax) {
  cpu::for_each_target([&](const char* target) {
    for (int64_t columns : {1, 3, 17, 1000}) {
      auto x = random_values<float>(5 * columns, 7);
      x[columns + columns / 2] = x[columns + columns - 1] = 9.0f;              // a tie: the first wins
      x[4 * columns + columns / 3] = std::numeric_limits<float>::quiet_NaN();  // NaN wins
      const std::vector<double> wide(x.begin(), x.end());
      std::vector<int64_t> got(5), want(5);
      cpu::argmax({.rows = 5, .columns = columns, .x = x.data(), .y = got.data()});
      reference::argmax({.rows = 5, .columns = columns, .x = wide.data(), .y = want.data()});
      EXPECT_EQ(got, want) << target;
      EXPECT_EQ(got[1], columns / 2);
      EXPECT_EQ(got[4], columns / 3);
    }
  });
}

}  // namespace
}  // namespace hodhod::kernels
