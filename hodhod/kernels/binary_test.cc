// SPDX-License-Identifier: Apache-2.0
#include "hodhod/kernels/binary.h"

#include <gtest/gtest.h>

#include <numeric>
#include <string>
#include <vector>

#include "hodhod/kernels/kernels.h"
#include "hodhod/kernels/test_values.h"

namespace hodhod::kernels {
namespace {

constexpr Binary kBinaries[] = {Binary::add, Binary::sub, Binary::mul, Binary::div, Binary::max};

double value_of(Binary function, double a, double b) {
  switch (function) {
    case Binary::add:
      return a + b;
    case Binary::sub:
      return a - b;
    case Binary::mul:
      return a * b;
    case Binary::div:
      return a / b;
    case Binary::max:
      return std::max(a, b);
  }
  return 0;
}

struct BinaryCase {
  std::string name;
  std::vector<int64_t> shape, a, b;  // extents and steps
};

const std::vector<BinaryCase> kBinaryCases = {
    {"scalar", {}, {}, {}},
    {"empty", {3, 0, 2}, {0, 2, 1}, {0, 2, 1}},
    {"one", {1, 1}, {1, 1}, {5, 7}},
    {"dense", {3, 17}, {17, 1}, {17, 1}},
    {"long", {1000}, {1}, {1}},
    {"bias", {5, 33}, {33, 1}, {0, 1}},
    {"column", {5, 33}, {33, 1}, {1, 0}},
    {"both repeat", {7, 3}, {1, 0}, {1, 0}},
    {"transposed", {6, 5, 4}, {1, 24, 6}, {20, 4, 1}},
    {"strided", {4, 700}, {1400, 2}, {2100, 3}},
    {"outer", {19, 21}, {1, 0}, {0, 1}},
    {"eight loops", {2, 1, 3, 2, 1, 2, 3, 2}, {0, 0, 24, 12, 0, 6, 2, 1}, {72, 0, 1, 36, 0, 18, 6, 3}},
};

template <int N>
Nest<N> nest_of(const std::vector<int64_t>& shape, const std::vector<std::vector<int64_t>>& strides) {
  Nest<N> nest;
  nest.rank = static_cast<int>(shape.size());
  for (size_t i = 0; i < shape.size(); ++i) {
    nest.shape[i] = shape[i];
    for (int k = 0; k < N; ++k) nest.strides[k][i] = strides[k][i];
  }
  return nest;
}

// Where each element of the nest lies, by plain index arithmetic.
std::vector<int64_t> places(const std::vector<int64_t>& shape, const std::vector<int64_t>& strides) {
  const int64_t count = std::accumulate(shape.begin(), shape.end(), int64_t{1}, std::multiplies<>());
  std::vector<int64_t> out(count);
  for (int64_t e = 0; e < count; ++e) {
    int64_t rest = e;
    for (int i = static_cast<int>(shape.size()) - 1; i >= 0; --i) {
      out[e] += rest % shape[i] * strides[i];
      rest /= shape[i];
    }
  }
  return out;
}

template <class T>
std::vector<T> forward(Binary function, const BinaryCase& c, const std::vector<T>& a,
                       const std::vector<T>& b) {
  std::vector<T> y(places(c.shape, c.a).size());
  cpu_kernels<T>().binary({.function = function,
                           .nest = nest_of<2>(c.shape, {c.a, c.b}),
                           .a = a.data(),
                           .b = b.data(),
                           .y = y.data()});
  return y;
}

TEST(Binary, EveryLayoutOnEveryTarget) {
  const auto a = random_values<float>(9000, 1), b = random_values<float>(9000, 2);
  cpu::for_each_target([&](const char* target) {
    for (const BinaryCase& c : kBinaryCases) {
      const auto at_a = places(c.shape, c.a), at_b = places(c.shape, c.b);
      for (Binary function : kBinaries) {
        std::vector<double> want(at_a.size());
        for (size_t e = 0; e < want.size(); ++e) want[e] = value_of(function, a[at_a[e]], b[at_b[e]]);
        expect_near(forward<float>(function, c, a, b), want, 1e-7, c.name + " " + target);
        const std::vector<double> wide_a(a.begin(), a.end()), wide_b(b.begin(), b.end());
        EXPECT_EQ(forward<double>(function, c, wide_a, wide_b), want) << c.name;
      }
    }
  });
}

template <class T>
std::vector<T> backward(Binary function, const BinaryCase& c, bool left) {
  const auto a = random_values<T>(9000, 1), b = random_values<T>(9000, 2), dy = random_values<T>(9000, 3);
  std::vector<int64_t> reversed = c.b;  // dy has steps of its own
  std::vector<T> da(places(c.shape, c.a).size()), db(da.size());
  cpu_kernels<T>().binary_backward({.function = function,
                                    .nest = nest_of<3>(c.shape, {c.a, c.b, reversed}),
                                    .a = a.data(),
                                    .b = b.data(),
                                    .dy = dy.data(),
                                    .da = left ? da.data() : nullptr,
                                    .db = left ? nullptr : db.data()});
  return left ? da : db;
}

TEST(Binary, BackwardMatchesTheTwinAndDifferences) {
  cpu::for_each_target([&](const char* target) {
    for (const BinaryCase& c : kBinaryCases) {
      for (Binary function : kBinaries) {
        for (bool left : {true, false}) {
          expect_near(backward<float>(function, c, left), backward<double>(function, c, left), 1e-6,
                      c.name + " " + target);
        }
      }
    }
  });
  const BinaryCase& c = kBinaryCases[8];
  const auto a = random_values<double>(9000, 1), b = random_values<double>(9000, 2),
             dy = random_values<double>(9000, 3);
  const auto at_a = places(c.shape, c.a), at_b = places(c.shape, c.b);
  for (Binary function : kBinaries) {
    const auto da = backward<double>(function, c, true), db = backward<double>(function, c, false);
    for (size_t e = 0; e < da.size(); ++e) {
      const double x = a[at_a[e]], z = b[at_b[e]], out = dy[at_b[e]], h = 1e-6;
      const double slope_a = (value_of(function, x + h, z) - value_of(function, x - h, z)) / (2 * h);
      const double slope_b = (value_of(function, x, z + h) - value_of(function, x, z - h)) / (2 * h);
      EXPECT_NEAR(da[e], out * slope_a, 1e-5 * std::max(1.0, std::fabs(da[e]))) << name_of(function);
      EXPECT_NEAR(db[e], out * slope_b, 1e-5 * std::max(1.0, std::fabs(db[e]))) << name_of(function);
    }
  }
}

TEST(Binary, ThreadsDoNotChangeBits) {
  const BinaryCase c = {"", {211, 517}, {517, 1}, {0, 1}};
  const auto a = random_values<float>(211 * 517, 4), b = random_values<float>(517, 5);
  expect_threads_agree([&] { return forward<float>(Binary::div, c, a, b); });
}

TEST(Binary, Accumulate) {
  cpu::for_each_target([&](const char* target) {
    for (int64_t n : {0, 1, 3, 17, 1000}) {
      const auto x = random_values<float>(n, 6);
      auto y = random_values<float>(n, 7);
      std::vector<double> want(n);
      for (int64_t i = 0; i < n; ++i) want[i] = double{y[i]} + x[i];
      cpu::accumulate({.nest = nest_of<2>({n}, {{1}, {1}}), .x = x.data(), .y = y.data()});
      expect_near(y, want, 1e-7, target);
    }
  });
}

// Into every second element of a transpose, from a row that repeats.
TEST(Binary, AccumulateIntoAnyLayout) {
  const auto x = random_values<float>(40, 8), before = random_values<float>(4000, 9);
  const Nest<2> nest = nest_of<2>({30, 40}, {{0, 1}, {2, 90}});
  auto y = before;
  std::vector<double> want(before.begin(), before.end());
  for (int64_t r = 0; r < 30; ++r) {
    for (int64_t c = 0; c < 40; ++c) want[r * 2 + c * 90] += x[c];
  }
  auto twin = std::vector<double>(before.begin(), before.end());
  const std::vector<double> wide(x.begin(), x.end());
  cpu::accumulate({.nest = nest, .x = x.data(), .y = y.data()});
  reference::accumulate({.nest = nest, .x = wide.data(), .y = twin.data()});
  expect_near(y, want, 1e-7, "float");
  EXPECT_EQ(twin, want);
}

TEST(Binary, NestJoinsWhatRunsEvenly) {
  const Nest<2> joined = coalesce(nest_of<2>({4, 1, 5, 6}, {{30, 9, 6, 1}, {60, 9, 12, 2}}));
  EXPECT_EQ(joined.rank, 1);
  EXPECT_EQ(joined.shape[0], 120);
  EXPECT_EQ(joined.strides[1][0], 2);
}

}  // namespace
}  // namespace hodhod::kernels
