// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tensor/tensor.h"
#include "hodhod/base/testing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace hodhod {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Shape, Extents) {
  const Shape shape{2, 3, 4};
  EXPECT_EQ(shape.rank(), 3);
  EXPECT_EQ(shape[-1], 4);
  EXPECT_EQ(shape.numel(), 24);
  EXPECT_EQ(Shape{}.numel(), 1);
  EXPECT_EQ((Shape{3, 0, 2}.numel()), 0);
  EXPECT_EQ(to_string(shape), "[2, 3, 4]");
  EXPECT_EQ(dense_strides(shape), (Shape{12, 4, 1}));
  EXPECT_THAT(error_of([&] { (void)shape[3]; }), HasSubstr("dimension 3"));
  EXPECT_THAT(error_of([&] { Shape{-1}; }), HasSubstr("negative"));
  EXPECT_THROW((Shape{int64_t{1} << 40, int64_t{1} << 40}.numel()), Error);
}

TEST(Shape, Broadcast) {
  EXPECT_EQ(broadcast("add", {4, 1, 3}, {2, 1}), (Shape{4, 2, 3}));
  EXPECT_EQ(broadcast("add", {}, {2}), (Shape{2}));
  EXPECT_EQ(broadcast("add", {0}, {1}), (Shape{0}));
  EXPECT_THAT(error_of([] { broadcast("add", {2, 3}, {4}); }), HasSubstr("add: shapes [2, 3] and [4]"));
}

TEST(Tensor, MakeAndRead) {
  const Tensor x = Tensor::from<float>({1, 2, 3, 4, 5, 6}, {2, 3});
  EXPECT_THAT(x.values<float>(), ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_THAT(Tensor::full({2}, 7, DType::i64).values<int64_t>(), ElementsAre(7, 7));
  EXPECT_EQ(Tensor::scalar(2.5).item(), 2.5);
  EXPECT_EQ(Tensor::zeros({0, 3}).numel(), 0);
  EXPECT_FALSE(Tensor().defined());
  EXPECT_THAT(error_of([&] { x.data<double>(); }), HasSubstr("holds f32"));
  EXPECT_THAT(error_of([&] { x.item(); }), HasSubstr("[2, 3]"));
}

TEST(Tensor, LayoutsShareStorage) {
  const Tensor x = Tensor::from<float>({1, 2, 3, 4, 5, 6}, {2, 3});
  const Tensor transposed = x.with_layout({3, 2}, {1, 3});
  EXPECT_FALSE(transposed.is_contiguous());
  EXPECT_THAT(transposed.values<float>(), ElementsAre(1, 4, 2, 5, 3, 6));
  x.data<float>()[1] = 20;
  EXPECT_THAT(transposed.dense().values<float>(), ElementsAre(1, 4, 20, 5, 3, 6));
  const Tensor wide = x.with_layout({2, 2, 3}, {3, 0, 1});
  EXPECT_THAT(wide.values<float>(), ElementsAre(1, 20, 3, 1, 20, 3, 4, 5, 6, 4, 5, 6));
  EXPECT_THAT(error_of([&] { x.with_layout({3, 3}, {3, 1}); }), HasSubstr("outside"));
  EXPECT_THAT(error_of([&] { x.with_layout({2, 3}, {3, 1}, 1); }), HasSubstr("outside"));
  EXPECT_THAT(error_of([&] { transposed.reshaped({6}); }), HasSubstr("not dense"));
}

TEST(Tensor, CopyBetweenLayoutsAndTypes) {
  const Tensor x = Tensor::from<float>({1, 2, 3, 4, 5, 6}, {2, 3});
  Tensor y = Tensor::zeros({3, 2}, DType::i32);
  copy(x, y.with_layout({2, 3}, {1, 2}));
  EXPECT_THAT(y.values<int32_t>(), ElementsAre(1, 4, 2, 5, 3, 6));
  Tensor big = Tensor::empty({300, 500});
  for (int64_t i = 0; i < big.numel(); ++i) big.data<float>()[i] = static_cast<float>(i);
  const Tensor turned = big.with_layout({500, 300}, {1, 500}).clone();
  for (int64_t r = 0; r < 500; r += 37)
    EXPECT_EQ(turned.data<float>()[r * 300 + 299], static_cast<float>(299 * 500 + r));
  EXPECT_THAT(error_of([&] { accumulate(y, y); }), HasSubstr("i32"));
}

TEST(Tensor, SixteenBitTypesRoundToNearestEven) {
  // Every half converts to float and back unchanged; every float in between goes to the nearer neighbour.
  for (uint32_t bits = 0; bits < 0x7C00; ++bits) {
    f16 low, high;
    low.bits = static_cast<uint16_t>(bits);
    high.bits = static_cast<uint16_t>(bits + 1);
    const float a = static_cast<float>(low);
    ASSERT_EQ(f16(a).bits, bits);
    if (high.bits >= 0x7C00) break;
    const float b = static_cast<float>(high);
    const float middle = a + (b - a) / 2;
    ASSERT_EQ(f16(middle).bits, bits % 2 ? bits + 1 : bits);
    ASSERT_EQ(f16(std::nextafter(middle, b)).bits, bits + 1);
    ASSERT_EQ(f16(-std::nextafter(middle, a)).bits, bits | 0x8000);
  }
  const float infinity = std::numeric_limits<float>::infinity();
  EXPECT_EQ(f16(infinity).bits, 0x7C00);
  EXPECT_EQ(f16(65519.0f).bits, 0x7BFF);
  EXPECT_EQ(f16(65520.0f).bits, 0x7C00);
  EXPECT_TRUE(std::isnan(static_cast<float>(f16(std::nanf("")))));
  EXPECT_EQ(static_cast<float>(bf16(1.0f)), 1.0f);
  EXPECT_EQ(bf16(1.0f + 0x1p-8f).bits, 0x3F80);  // half way, to even
  EXPECT_EQ(bf16(1.0f + 3 * 0x1p-8f).bits, 0x3F82);
  EXPECT_TRUE(std::isnan(static_cast<float>(bf16(std::nanf("")))));
  EXPECT_EQ(static_cast<float>(bf16(infinity)), infinity);
  EXPECT_EQ(Tensor::from<float>({1, -2}, {2}).converted(DType::bf16).values<float>()[1], -2.0f);
}

TEST(Tensor, BorrowedMemoryIsReadOnly) {
  auto keeper = std::make_shared<std::vector<float>>(std::vector<float>{1, 2, 3});
  const Tensor x = Tensor::over(Storage::borrow(keeper->data(), 12, keeper), {3}, DType::f32);
  EXPECT_FALSE(x.is_sole_owner());
  EXPECT_THAT(x.values<float>(), ElementsAre(1, 2, 3));
  EXPECT_THAT(error_of([&] { copy(x, x); }), HasSubstr("read-only"));
  EXPECT_EQ(to_string(x), "f32[3] {1, 2, 3}");
}

}  // namespace
}  // namespace hodhod
