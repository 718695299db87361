// SPDX-License-Identifier: Apache-2.0
#include "hodhod/look/pack.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "hodhod/base/names.h"
#include "hodhod/base/rng.h"
#include "hodhod/base/testing.h"
#include "hodhod/base/threads.h"
#include "hodhod/look/test_unpack.h"
#include "hodhod/ops/shape.h"
#include "hodhod/tensor/tape.h"

namespace hodhod::look {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN(),
                kInfinite = std::numeric_limits<float>::infinity();
constexpr float kSubnormal = std::numeric_limits<float>::denorm_min();

std::vector<uint32_t> bits_of(const std::vector<float>& values) {
  std::vector<uint32_t> bits;
  for (const float value : values) bits.push_back(std::bit_cast<uint32_t>(value));
  return bits;
}

Tensor random_values(const Shape& shape, uint64_t seed, bool shares = false) {
  Tensor x = Tensor::empty(shape);
  Rng rng(seed);
  for (int64_t i = 0; i < x.numel(); ++i)
    x.data<float>()[i] = static_cast<float>(shares ? std::pow(rng.uniform(), 6) : 3 * rng.normal());
  return x;
}

TEST(Pack, ExactFormsKeepEveryBit) {
  const std::vector<float> odd = {0.0f,       -0.0f,       kNaN, kInfinite, -kInfinite,
                                  kSubnormal, -kSubnormal, 1,    -3.5f,     std::numeric_limits<float>::max(),
                                  1e-30f};
  for (const int64_t size : {0, 1, 3, 11}) {
    const std::vector<float> values(odd.begin(), odd.begin() + size);
    const PackedTensor packed = pack(Tensor::from(values, {1, size}), Form::f32);
    EXPECT_EQ(bits_of(unpacked(packed, {1, size})), bits_of(values));
    EXPECT_EQ(packed.bound, 0);
  }
  const PackedTensor packed = pack(Tensor::from(odd, {11, 1}), Form::f32);
  EXPECT_EQ(bits_of(unpacked(packed, {11, 1})), bits_of(odd));
  EXPECT_EQ(packed.not_finite, 3);
  EXPECT_EQ(packed.low, -3.5);
  EXPECT_EQ(packed.high, static_cast<double>(std::numeric_limits<float>::max()));
  const PackedTensor scalar = pack(Tensor::scalar(2.5), Form::f32);
  EXPECT_EQ(unpacked(scalar, {}), std::vector<float>{2.5f});
  const std::vector<int64_t> ids = {0, -1, 7, 250000, -2147483648, 2147483647};
  EXPECT_THAT(unpacked(pack(Tensor::from(ids, {2, 3}), Form::i32), {2, 3}),
              testing::ElementsAreArray(std::vector<float>(ids.begin(), ids.end())));
}

TEST(Pack, HalvesKeepWhatIsNotFinite) {
  const std::vector<float> values = {0.0f, -0.0f, kNaN, kInfinite, -kInfinite, 0.1f, 65504, 6e-8f};
  const auto kept = unpacked(pack(Tensor::from(values, {8}), Form::f16), {8});
  EXPECT_TRUE(std::signbit(kept[1]));
  EXPECT_TRUE(std::isnan(kept[2]));
  EXPECT_EQ(kept[3], kInfinite);
  EXPECT_EQ(kept[4], -kInfinite);
  EXPECT_EQ(kept[6], 65504);
}

// The stored bound is the largest error, and no larger than the form promises.
TEST(Pack, BoundsHold) {
  for (const int64_t columns : {1, 2, 33, 700}) {
    const Shape shape{5, columns};
    const Tensor numbers = random_values(shape, 1), shares = random_values(shape, 2, true);
    const auto expect_bound = [&](const Tensor& x, Form form, const auto& promised) {
      ASSERT_TRUE(fits(x, form));
      const PackedTensor packed = pack(x, form);
      const auto kept = unpacked(packed, shape);
      const auto exact = x.values<float>();
      double worst = 0;
      for (size_t i = 0; i < kept.size(); ++i) {
        const double error = std::fabs(static_cast<double>(kept[i]) - exact[i]);
        worst = std::max(worst, error);
        EXPECT_LE(error, promised(i, exact)) << name_of(form);
      }
      EXPECT_NEAR(packed.bound, worst, 1e-7 * (1 + worst)) << name_of(form);
    };
    expect_bound(numbers, Form::f16, [](size_t i, const auto& x) { return std::fabs(x[i]) / 2048 + 1e-7; });
    expect_bound(numbers, Form::i8, [&](size_t i, const auto& x) {
      const auto row = x.begin() + static_cast<std::ptrdiff_t>(i / static_cast<size_t>(columns)) * columns;
      double most = 0;
      for (auto p = row; p != row + columns; ++p) most = std::max<double>(most, std::fabs(*p));
      return most / 254 * 1.0001;
    });
    expect_bound(shares, Form::sqrt8, [](size_t, const auto&) { return 0.00393; });
  }
}

TEST(Pack, TopKeepsTheStrongestAndTheRestAsOneSum) {
  const Tensor x = random_values({4, 50}, 3, true);
  const PackedTensor packed = pack(x, Form::top);
  EXPECT_EQ(packed.top, 16);
  const auto kept = unpacked(packed, {4, 50});
  for (int64_t row = 0; row < 4; ++row) {
    std::vector<float> exact(x.data<float>() + row * 50, x.data<float>() + row * 50 + 50);
    std::vector<float> sorted = exact;
    std::sort(sorted.rbegin(), sorted.rend());
    for (size_t i = 0; i < 50; ++i) {
      const float value = kept[static_cast<size_t>(row) * 50 + i];
      if (exact[i] >= sorted[15]) {
        EXPECT_NEAR(value, exact[i], exact[i] / 2048 + 1e-7);
      } else {
        EXPECT_EQ(value, 0);
      }
    }
  }
}

// Of equal weights the first are kept, and where fewer are above zero the first of the others.
TEST(Pack, TopKeepsTheFirstOfEqualWeights) {
  Tensor x = Tensor::full({2, 40}, 0.025f);
  for (int64_t s = 0; s < 40; ++s) x.data<float>()[40 + s] = s == 30 || s == 3 ? 0.5f : 0.0f;
  const PackedTensor packed = pack(x, Form::top);
  const std::string bytes = raw_bytes(packed.blocks[0].block);
  std::vector<int> places;
  for (size_t i = 0; i < 32; ++i) places.push_back(from_planes<uint16_t>(bytes, 0, 32, i));
  EXPECT_THAT(places, testing::ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,  //
                                           3, 30, 0, 1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14));
  EXPECT_NEAR(float_of_half(from_planes<uint16_t>(bytes, 128, 2, 0)), 24 * 0.025, 5e-4);
  EXPECT_EQ(float_of_half(from_planes<uint16_t>(bytes, 128, 2, 1)), 0);
}

TEST(Pack, TopFromPartsIsThatOfTheWhole) {
  const Tensor x = random_values({3, 50, 70}, 8, true);
  const auto texts = [](const PackedTensor& packed) {
    std::string all;
    for (const PackedBlock& block : packed.blocks) all += block.block.text;
    return all;
  };
  for (const Visible visible : {Visible{}, Visible{.left = 30, .right = 0}}) {
    const PackedTensor whole = pack(x, Form::top, {.visible = visible});
    for (const int64_t step : {1, 7, 50}) {
      TopPacker packer({3, 50, 70}, {.visible = visible});
      for (int64_t first = 0; first < 50; first += step) {
        const NoGrad off;
        packer.add(slice(x, 1, first, std::min<int64_t>(50, first + step)), first);
      }
      EXPECT_TRUE(packer.fits());
      const PackedTensor packed = packer.packed();
      EXPECT_EQ(texts(packed), texts(whole));
      EXPECT_EQ(packed.bound, whole.bound);
      EXPECT_EQ(packed.low, whole.low);
      EXPECT_EQ(packed.high, whole.high);
      const NoGrad off;
      EXPECT_EQ(texts(packer.packed(2)), texts(pack(slice(x, 0, 0, 2), Form::top, {.visible = visible})));
    }
  }
  TopPacker packer({3, 50, 70});
  expect_error([&] { packer.add(random_values({3, 10, 70}, 1), 45); }, "from query 45 on does not fit");
  packer.add(random_values({3, 10, 70}, 1), 40);
  EXPECT_FALSE(packer.fits());
}

TEST(Pack, LeavesOutWhatNoQuerySees) {
  const Tensor x = random_values({2, 5, 5}, 4, true);
  const PackOptions options{.visible = {.left = 2, .right = 0}};
  for (const Form form : {Form::f32, Form::f16, Form::sqrt8}) {
    const PackedTensor packed = pack(x, form, options);
    EXPECT_EQ(packed.blocks[0].block.raw, 2U * 12 * (form == Form::f32 ? 4U : form == Form::f16 ? 2U : 1U));
    const auto kept = unpacked(packed, {2, 5, 5}, options.visible);
    for (int64_t i = 0; i < 50; ++i) {
      const int64_t t = i / 5 % 5, s = i % 5;
      const bool seen = s <= t && t - s <= 2;
      EXPECT_NEAR(kept[static_cast<size_t>(i)], seen ? x.data<float>()[i] : 0, 0.004);
    }
  }
}

TEST(Pack, BlocksAreWholeRowsOfAtMostAMegabyte) {
  const Tensor x = random_values({700, 1000}, 5);
  const PackedTensor packed = pack(x, Form::f32);
  ASSERT_EQ(packed.blocks.size(), 3u);
  int64_t row = 0;
  for (const PackedBlock& block : packed.blocks) {
    EXPECT_EQ(block.first, row);
    EXPECT_EQ(block.block.raw, static_cast<uint64_t>(block.count * 4000));
    EXPECT_LE(block.block.raw, static_cast<uint64_t>(kBlockBytes));
    row += block.count;
  }
  EXPECT_EQ(row, 700);
  EXPECT_EQ(bits_of(unpacked(packed, {700, 1000})), bits_of(x.values<float>()));
}

TEST(Pack, TheSameBytesForAnyThreads) {
  const Tensor x = random_values({900, 1000}, 6);
  const int before = thread_count();
  std::vector<std::string> all;
  for (const int threads : {1, 2, 4}) {
    set_thread_count(threads);
    std::string bytes;
    for (const PackedBlock& block : pack(x, Form::i8).blocks) bytes += block.block.text;
    all.push_back(bytes);
  }
  set_thread_count(before);
  EXPECT_EQ(all[0], all[1]);
  EXPECT_EQ(all[0], all[2]);
}

TEST(Pack, SaysWhatAFormCannotHold) {
  const auto holds = [](const std::vector<float>& values, Form form) {
    return fits(Tensor::from(values, {static_cast<int64_t>(values.size())}), form);
  };
  EXPECT_TRUE(holds({kNaN, kInfinite, 65504}, Form::f16));
  EXPECT_FALSE(holds({70000}, Form::f16));
  EXPECT_FALSE(holds({kNaN}, Form::i8));
  EXPECT_FALSE(holds({kNaN}, Form::sqrt8));
  EXPECT_FALSE(holds({-0.1f}, Form::top));
  EXPECT_TRUE(holds({0, 1}, Form::sqrt8));
  EXPECT_FALSE(holds({1}, Form::i32));
  EXPECT_FALSE(fits(Tensor::from<int64_t>({int64_t{1} << 31}, {1}), Form::i32));
  EXPECT_TRUE(holds({kNaN, 1e38f}, Form::f32));
}

}  // namespace
}  // namespace hodhod::look
