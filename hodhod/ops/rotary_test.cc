// SPDX-License-Identifier: Apache-2.0
#include "hodhod/ops/rotary.h"

#include <gtest/gtest.h>

#include <cmath>

#include "hodhod/base/rng.h"
#include "hodhod/tensor/gradcheck.h"

namespace hodhod {
namespace {

struct Tables {
  Tensor cosines, sines;
};

// Angle p · (i + 1) / 10 for position p and pair i.
Tables tables(int64_t longest, int64_t pairs, DType dtype) {
  std::vector<double> cosines, sines;
  for (int64_t p = 0; p < longest; ++p) {
    for (int64_t i = 0; i < pairs; ++i) {
      cosines.push_back(std::cos(0.1 * static_cast<double>(p * (i + 1))));
      sines.push_back(std::sin(0.1 * static_cast<double>(p * (i + 1))));
    }
  }
  return {Tensor::from(cosines, {longest, pairs}).converted(dtype),
          Tensor::from(sines, {longest, pairs}).converted(dtype)};
}

Tensor rotary_values(const Shape& shape) {
  Tensor x = Tensor::empty(shape, DType::f64);
  Rng rng(5);
  for (int64_t i = 0; i < x.numel(); ++i) x.data<double>()[i] = rng.normal();
  return x;
}

TEST(Rotary, Gradcheck) {
  const Tables t = tables(12, 2, DType::f64);
  for (bool interleaved : {false, true}) {
    for (int place = 0; place < 3; ++place) {
      RotaryOptions options{.heads = 2, .interleaved = interleaved};
      if (place == 1) options.offset = Tensor::from<int64_t>({3, 8}, {2});
      if (place == 2) options.positions = Tensor::from<int64_t>({3, 8, 1, 0, 11, 2}, {2, 3});
      const auto fn = [&](auto x) { return rotary(x[0], t.cosines, t.sines, options); };
      for (const Shape& shape : {Shape{2, 3, 10}, Shape{2, 3, 2, 5}}) {
        const auto result = gradcheck(fn, {rotary_values(shape)});
        EXPECT_TRUE(result) << result.message;
      }
    }
  }
}

// What makes it a position code: the product of two turned vectors depends on how far apart they stand alone.
TEST(Rotary, ProductsDependOnTheDistance) {
  const Tables t = tables(50, 4, DType::f64);
  const Tensor q = rotary_values({1, 1, 1, 8}),
               k = rotary_values({2, 1, 1, 8}).with_layout({1, 1, 1, 8}, {8, 8, 8, 1}, 8);
  const auto product = [&](int64_t p, int64_t r) {
    const auto a = rotary(q, t.cosines, t.sines, {.offset = Tensor::from<int64_t>({p}, {1})}).values();
    const auto b = rotary(k, t.cosines, t.sines, {.offset = Tensor::from<int64_t>({r}, {1})}).values();
    double sum = 0;
    for (size_t i = 0; i < 8; ++i) sum += a[i] * b[i];
    return sum;
  };
  EXPECT_NEAR(product(10, 3), product(47, 40), 1e-12);
  EXPECT_GT(std::abs(product(10, 3) - product(10, 4)), 1e-3);
}

TEST(Rotary, Errors) {
  const Tables t = tables(4, 2, DType::f64);
  EXPECT_THROW(rotary(rotary_values({1, 5, 1, 4}), t.cosines, t.sines), Error);
  EXPECT_THROW(rotary(rotary_values({1, 3, 1, 3}), t.cosines, t.sines), Error);
  EXPECT_THROW(rotary(rotary_values({1, 3, 4}), t.cosines, t.sines), Error);
  EXPECT_THROW(
      rotary(rotary_values({1, 3, 1, 4}), t.cosines, t.sines, {.offset = Tensor::from<int64_t>({2}, {1})}),
      Error);
  EXPECT_NO_THROW(
      rotary(rotary_values({1, 3, 1, 4}), t.cosines, t.sines, {.offset = Tensor::from<int64_t>({1}, {1})}));
}

}  // namespace
}  // namespace hodhod
