// SPDX-License-Identifier: Apache-2.0
#include "hodhod/kernels/copy.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include "hodhod/kernels/test_values.h"

namespace hodhod::kernels {
namespace {

struct CopyCase {
  std::string name;
  std::vector<int64_t> shape, from, to;
};

const std::vector<CopyCase> kCopyCases = {
    {"scalar", {}, {}, {}},
    {"empty", {0, 5}, {5, 1}, {5, 1}},
    {"dense", {7, 300}, {300, 1}, {300, 1}},
    {"transpose", {37, 53}, {1, 37}, {53, 1}},
    {"large transpose", {200, 130}, {1, 200}, {130, 1}},
    {"into a transpose", {37, 53}, {53, 1}, {1, 37}},
    {"heads", {2, 3, 5, 8}, {120, 8, 24, 1}, {120, 40, 8, 1}},
    {"batched transpose", {3, 11, 66}, {726, 1, 11}, {726, 66, 1}},
    {"repeat rows", {4, 9}, {0, 1}, {9, 1}},
    {"repeat columns", {4, 9}, {1, 0}, {9, 1}},
    {"every third", {5, 9}, {30, 3}, {9, 1}},
    {"into every second", {5, 9}, {9, 1}, {40, 2}},
    {"inner two", {50, 2}, {1, 50}, {2, 1}},
};

template <class U>
void copies_exactly(const CopyCase& c) {
  Nest<2> nest;
  nest.rank = static_cast<int>(c.shape.size());
  for (int i = 0; i < nest.rank; ++i) {
    nest.shape[i] = c.shape[i];
    nest.strides[0][i] = c.from[i];
    nest.strides[1][i] = c.to[i];
  }
  std::vector<U> from(40000), got(40000, U(77)), want(40000, U(77));
  std::iota(from.begin(), from.end(), U(0));
  for (int64_t e = 0; e < nest.count(); ++e) {
    int64_t rest = e, source = 0, target = 0;
    for (int i = nest.rank - 1; i >= 0; --i) {
      source += rest % nest.shape[i] * nest.strides[0][i];
      target += rest % nest.shape[i] * nest.strides[1][i];
      rest /= nest.shape[i];
    }
    want[target] = from[source];
  }
  cpu::copy({.size = sizeof(U), .nest = nest, .from = from.data(), .to = got.data()});
  EXPECT_EQ(got, want) << c.name << " of " << sizeof(U) << " bytes";
}

TEST(Copy, EveryLayoutAndSize) {
  const int before = thread_count();
  for (int threads : {1, 4}) {
    set_thread_count(threads);
    cpu::for_each_target([](const char*) {
      for (const CopyCase& c : kCopyCases) {
        copies_exactly<uint8_t>(c);
        copies_exactly<uint16_t>(c);
        copies_exactly<uint32_t>(c);
        copies_exactly<uint64_t>(c);
      }
    });
  }
  set_thread_count(before);
}

TEST(Fill, WritesWhatTheNestNamesAndNothingElse) {
  for (int64_t size : {1, 2, 4, 8}) {
    std::vector<uint8_t> bytes(static_cast<size_t>(60 * size), 9), want = bytes;
    const std::vector<uint8_t> element = {1, 2, 3, 4, 5, 6, 7, 8};
    Nest<1> nest;
    nest.rank = 2;
    nest.shape = {3, 4};
    nest.strides[0] = {20, 2};
    for (int64_t i = 0; i < 12; ++i) {
      std::copy_n(element.begin(), size, want.begin() + (i / 4 * 20 + i % 4 * 2) * size);
    }
    cpu::fill({.size = size, .nest = nest, .element = element.data(), .to = bytes.data()});
    EXPECT_EQ(bytes, want) << size;
  }
}

// A half from its definition: sign, 5 bits of exponent, 10 of fraction.
double half_value(uint16_t bits) {
  const int exponent = bits >> 10 & 31, fraction = bits & 1023;
  const double sign = bits >> 15 ? -1 : 1;
  if (exponent == 31) return fraction ? std::numeric_limits<double>::quiet_NaN() : sign * INFINITY;
  return sign * (exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25));
}

TEST(Convert, EveryHalfIsRead) {
  std::vector<uint16_t> bits(65536);
  std::iota(bits.begin(), bits.end(), uint16_t{0});
  std::vector<double> want(65536);
  for (int i = 0; i < 65536; ++i) want[i] = half_value(static_cast<uint16_t>(i));
  cpu::for_each_target([&](const char* target) {
    std::vector<float> got(65536);
    f32_from_f16(65536, bits.data(), got.data());
    expect_near(got, want, 0, target);
    std::vector<uint16_t> back(65536);
    f16_from_f32(65536, got.data(), back.data());
    for (int i = 0; i < 65536; ++i) {
      if (std::isnan(got[i])) {
        ASSERT_TRUE(std::isnan(half_value(back[i]))) << target;
      } else {
        ASSERT_EQ(back[i], i) << target;
      }
    }
  });
}

// Between two neighbours the nearer is taken, and the even one in the middle.
TEST(Convert, HalvesRoundToNearestEven) {
  cpu::for_each_target([&](const char* target) {
    for (int i = 0; i < 0x7bff; ++i) {
      const float low = static_cast<float>(half_value(static_cast<uint16_t>(i)));
      const float high = static_cast<float>(half_value(static_cast<uint16_t>(i + 1)));
      const float middle = (low + high) / 2;
      const float x[3] = {std::nextafter(middle, low), middle, std::nextafter(middle, high)};
      uint16_t y[3];
      f16_from_f32(3, x, y);
      ASSERT_EQ(y[0], i) << target;
      ASSERT_EQ(y[1], i % 2 ? i + 1 : i) << target;
      ASSERT_EQ(y[2], i + 1) << target;
    }
    const float x[3] = {65519.9f, 65520.0f, -1e30f};
    uint16_t y[3];
    f16_from_f32(3, x, y);
    EXPECT_EQ(y[0], 0x7bff);
    EXPECT_EQ(y[1], 0x7c00);
    EXPECT_EQ(y[2], 0xfc00);
  });
}

TEST(Convert, BrainFloatsRoundToNearestEven) {
  cpu::for_each_target([&](const char* target) {
    for (uint32_t i = 0; i < 0x7f7f; i += 7) {
      const uint32_t low = i << 16;
      const float x[3] = {std::bit_cast<float>(low + 0x7fffu), std::bit_cast<float>(low + 0x8000u),
                          -std::bit_cast<float>(low + 0x8001u)};
      uint16_t y[3];
      bf16_from_f32(3, x, y);
      ASSERT_EQ(y[0], i) << target;
      ASSERT_EQ(y[1], i % 2 ? i + 1 : i) << target;
      ASSERT_EQ(y[2], (i + 1) | 0x8000u) << target;
      float back[3];
      f32_from_bf16(3, y, back);
      ASSERT_EQ(std::bit_cast<uint32_t>(back[0]), low);
    }
    const float x[2] = {std::bit_cast<float>(0x7f800001u), std::numeric_limits<float>::infinity()};
    uint16_t y[2];
    bf16_from_f32(2, x, y);
    EXPECT_GT(y[0] & 0x7fff, 0x7f80);
    EXPECT_EQ(y[1], 0x7f80);
  });
}

TEST(Convert, DoubleAndBack) {
  const auto x = random_values<float>(1003, 1);
  std::vector<double> wide(1003);
  std::vector<float> back(1003);
  f64_from_f32(1003, x.data(), wide.data());
  f32_from_f64(1003, wide.data(), back.data());
  expect_near(x, wide, 0, "wide");
  expect_same_bits(back, x, "back");
}

}  // namespace
}  // namespace hodhod::kernels
