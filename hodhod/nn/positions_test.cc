// SPDX-License-Identifier: Apache-2.0
#include "hodhod/nn/positions.h"

#include <gtest/gtest.h>

#include <cmath>

#include "hodhod/base/rng.h"
#include "hodhod/nn/module.h"
#include "hodhod/ops/attention.h"
#include "hodhod/tensor/gradcheck.h"

namespace hodhod {
namespace {

Tensor position_values(const Shape& shape, uint64_t seed) {
  Tensor x = Tensor::empty(shape, DType::f64);
  Rng rng(seed);
  for (int64_t i = 0; i < x.numel(); ++i) x.data<double>()[i] = rng.normal();
  return x;
}

Tensor numbers(std::initializer_list<int64_t> values, const Shape& shape) {
  return Tensor::from(values, shape);
}

TEST(Sinusoidal, IsThePapersFormula) {
  const int64_t width = 6;
  const auto paper = sinusoidal_positions(5, width, SinusoidOrder::interleaved, DType::f64).values();
  const auto halves = sinusoidal_positions(5, width, SinusoidOrder::halves, DType::f64).values();
  for (size_t p = 0; p < 5; ++p) {
    for (size_t i = 0; i < 3; ++i) {
      const double angle = static_cast<double>(p) / std::pow(10000, 2.0 * static_cast<double>(i) / 6);
      EXPECT_NEAR(paper[p * 6 + 2 * i], std::sin(angle), 1e-15);
      EXPECT_NEAR(paper[p * 6 + 2 * i + 1], std::cos(angle), 1e-15);
      EXPECT_NEAR(halves[p * 6 + i], std::sin(angle), 1e-15);
      EXPECT_NEAR(halves[p * 6 + 3 + i], std::cos(angle), 1e-15);
    }
  }
  // An odd width has one sine more.
  const auto odd = sinusoidal_positions(2, 3, SinusoidOrder::halves, DType::f64).values();
  EXPECT_NEAR(odd[3], std::sin(1.0), 1e-15);
  EXPECT_NEAR(odd[4], std::sin(std::pow(10000, -2.0 / 3)), 1e-15);
  EXPECT_NEAR(odd[5], std::cos(1.0), 1e-15);
}

TEST(TimingSignal, FallsInEqualRatios) {
  const auto rows = timing_signal(4, 6, 2, DType::f64).values();
  for (size_t p = 0; p < 4; ++p) {
    for (size_t i = 0; i < 3; ++i) {
      const double angle = static_cast<double>(p + 2) * std::pow(10000, -static_cast<double>(i) / 2);
      EXPECT_NEAR(rows[p * 6 + i], std::sin(angle), 1e-14);
      EXPECT_NEAR(rows[p * 6 + 3 + i], std::cos(angle), 1e-14);
    }
  }
  EXPECT_EQ(timing_signal(2, 3, 1, DType::f64).values()[2], 0);
  EXPECT_NEAR(timing_signal(1, 2, 1, DType::f64).values()[0], std::sin(1.0), 1e-15);
}

TEST(AddPositions, TakesRowsByPlace) {
  const Tensor table = position_values({9, 2}, 1), x = Tensor::zeros({2, 3, 2}, DType::f64);
  const auto row = [&](int64_t r, int64_t c) { return table.data<double>()[r * 2 + c]; };
  const auto expect_rows = [&](const Tensor& y, std::initializer_list<int64_t> rows) {
    size_t i = 0;
    for (int64_t r : rows) {
      for (int64_t c = 0; c < 2; ++c) EXPECT_EQ(y.values()[i++], row(r, c));
    }
  };
  expect_rows(add_positions(x, table), {0, 1, 2, 0, 1, 2});
  expect_rows(add_positions(x, table, {}, 2), {2, 3, 4, 2, 3, 4});
  expect_rows(add_positions(x, table, {.offset = numbers({4, 1}, {2})}), {4, 5, 6, 1, 2, 3});
  expect_rows(add_positions(x, table, {.ids = numbers({0, 0, 1, 3, 2, 1}, {2, 3})}, 1), {1, 1, 2, 4, 3, 2});
  EXPECT_THROW(add_positions(x, table, {.offset = numbers({4, 7}, {2})}), Error);
  EXPECT_THROW(add_positions(x, table, {.ids = numbers({0, 0, -1, 3, 2, 1}, {2, 3})}), Error);
}

TEST(AddPositions, Gradcheck) {
  for (const Places& places : {Places{}, Places{.offset = numbers({1, 3}, {2})}}) {
    const auto result = gradcheck([&](auto x) { return add_positions(x[0], x[1], places, 1); },
                                  {position_values({2, 3, 4}, 1), position_values({8, 4}, 2)});
    EXPECT_TRUE(result) << result.message;
  }
}

TEST(LearnedPositions, HasOneParameter) {
  LearnedPositions positions(10, 4, 2);
  EXPECT_EQ(positions.table.shape(), (Shape{12, 4}));
  EXPECT_EQ(parameters_of(positions)[0].first, "weight");
}

TEST(Rotary, TablesHoldAnglesOfPlaceTimesFrequency) {
  const RotaryTables tables(7, {.rotated = 4, .base = 100, .factor = 2}, DType::f64);
  for (int64_t p = 0; p < 7; ++p) {
    for (int64_t i = 0; i < 2; ++i) {
      const double angle = static_cast<double>(p) / std::pow(100, static_cast<double>(i) / 2) / 2;
      EXPECT_NEAR(tables.cosines.data<double>()[p * 2 + i], std::cos(angle), 1e-14);
      EXPECT_NEAR(tables.sines.data<double>()[p * 2 + i], std::sin(angle), 1e-14);
    }
  }
  EXPECT_THROW(RotaryTables(7, {.rotated = 3}), Error);
}

// Of a head of 16 and 32 tokens, the frequency that turns 32 times would be number −1.6, the one that turns
// once 1.4: the first is kept, the second half scaled, the others wholly.
TEST(Rotary, YarnGoesFromKeptToDividedByTheNumberOfTheFrequency) {
  const YarnScaling scaling{.factor = 4, .low = 1, .high = 32, .original_length = 32};
  const auto plain = frequencies_of({.rotated = 16});
  const auto scaled = frequencies_of({.rotated = 16, .yarn = scaling});
  for (size_t i = 0; i < plain.size(); ++i)
    EXPECT_DOUBLE_EQ(scaled[i], plain[i] * (i == 0 ? 1 : i == 1 ? 0.625 : 0.25));
  const RotaryTables once(3, {.rotated = 4}, DType::f64),
      twice(3, {.rotated = 4, .amplitude = 2}, DType::f64);
  for (size_t i = 0; i < 6; ++i) EXPECT_DOUBLE_EQ(twice.sines.values()[i], 2 * once.sines.values()[i]);
}

TEST(Rotary, Llama3KeepsFastAndDividesSlowFrequencies) {
  const Llama3Scaling scaling{.factor = 8, .low = 1, .high = 4, .original_length = 8192};
  const auto plain = frequencies_of({.rotated = 128, .base = 500000});
  const auto scaled = frequencies_of({.rotated = 128, .base = 500000, .llama3 = scaling});
  int kept = 0, divided = 0;
  for (size_t i = 0; i < plain.size(); ++i) {
    const double wavelength = 2 * std::acos(-1.0) / plain[i];
    if (wavelength < 8192.0 / 4) {
      EXPECT_EQ(scaled[i], plain[i]);
      ++kept;
    } else if (wavelength > 8192.0) {
      EXPECT_DOUBLE_EQ(scaled[i], plain[i] / 8);
      ++divided;
    } else {
      EXPECT_LT(scaled[i], plain[i]);
      EXPECT_GT(scaled[i], plain[i] / 8);
    }
  }
  EXPECT_GT(kept, 20);
  EXPECT_GT(divided, 20);
}

TEST(Alibi, SlopesAreThoseOfThePaper) {
  const auto eight = alibi_slopes(8);
  for (size_t i = 0; i < 8; ++i) EXPECT_EQ(eight[i], std::pow(2, -1.0 - static_cast<double>(i)));
  const auto twelve = alibi_slopes(12);
  EXPECT_EQ(std::vector<double>(twelve.begin(), twelve.begin() + 8), eight);
  for (size_t i = 0; i < 4; ++i) EXPECT_EQ(twelve[8 + i], std::pow(2, -0.5 - static_cast<double>(i)));
}

TEST(Alibi, GrowsWithTheDistance) {
  const DistanceBias bias = alibi(2, DistanceRange::of(1, 3, 5), DType::f64);
  EXPECT_EQ(bias.first, -3);
  EXPECT_EQ(bias.values.shape(), (Shape{2, 7}));
  const double slope = std::pow(2, -4);
  const std::vector<double> expected = {-3 * slope, -2 * slope, -slope, 0, -slope, -2 * slope, -3 * slope};
  EXPECT_EQ(std::vector<double>(bias.values.data<double>(), bias.values.data<double>() + 7), expected);
}

// Boundaries where the published formula, evaluated with PyTorch in single precision, changes its bucket.
TEST(RelativeBuckets, AreT5s) {
  const RelativeBuckets both{.buckets = 32, .longest = 128, .bidirectional = true};
  const std::vector<int64_t> begins = {8, 12, 16, 23, 32, 46, 64, 91};
  for (size_t i = 0; i < begins.size(); ++i) {
    EXPECT_EQ(both.of(-begins[i]), static_cast<int64_t>(8 + i));
    EXPECT_EQ(both.of(-begins[i] + 1), static_cast<int64_t>(7 + i));
    EXPECT_EQ(both.of(begins[i]), static_cast<int64_t>(24 + i));
  }
  EXPECT_EQ(both.of(0), 0);
  EXPECT_EQ(both.of(1), 17);
  EXPECT_EQ(both.of(-100000), 15);
  EXPECT_EQ(both.of(100000), 31);
  const RelativeBuckets before{.buckets = 32, .longest = 128, .bidirectional = false};
  EXPECT_EQ(before.of(5), 0);
  EXPECT_EQ(before.of(-15), 15);
  EXPECT_EQ(before.of(-16), 16);
  EXPECT_EQ(before.of(-1000), 31);
}

TEST(RelativePositions, GradcheckThroughAttention) {
  RelativePositions positions(2, {.buckets = 8, .longest = 6});
  const auto result = gradcheck(
      [&](auto x) {
        positions.table = x[3];
        const DistanceBias bias = positions(DistanceRange::of(0, 6, 9));
        AttentionOptions options{.heads = 2};
        options.distance_bias = bias.values;
        options.distance_zero = bias.zero();
        return attention(x[0], x[1], x[2], options);
      },
      {position_values({1, 7, 4}, 1), position_values({1, 9, 4}, 2), position_values({1, 9, 4}, 3),
       position_values({8, 2}, 4)});
  EXPECT_TRUE(result) << result.message;
}

}  // namespace
}  // namespace hodhod
