// SPDX-License-Identifier: Apache-2.0
// NaN and infinity pass through every op, and spoil what depends on them and nothing else.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "hodhod/ops/attention.h"
#include "hodhod/ops/elementwise.h"
#include "hodhod/ops/linear.h"
#include "hodhod/ops/linear_cross_entropy.h"
#include "hodhod/ops/loss.h"
#include "hodhod/ops/matmul.h"
#include "hodhod/ops/norm.h"
#include "hodhod/ops/recurrence.h"
#include "hodhod/ops/reduce.h"
#include "hodhod/ops/softmax.h"
#include "hodhod/ops/test_tensors.h"

namespace hodhod {
namespace {

Tensor ids(std::initializer_list<int64_t> values, const Shape& shape) {
  return Tensor::from(std::vector<int64_t>(values), shape);
}

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

// x with one element changed.
Tensor with(const Tensor& x, int64_t index, double value) {
  Tensor y = x.converted(DType::f64).clone();
  y.data<double>()[index] = value;
  return y.converted(x.dtype());
}

std::vector<bool> not_numbers(const Tensor& x) {
  std::vector<bool> found;
  for (double value : x.values()) found.push_back(std::isnan(value));
  return found;
}

TEST(NotFinite, ElementsPassThroughEveryFunction) {
  for (DType dtype : {DType::f32, DType::f64}) {
    const Tensor x = with(random_tensor({37}, 2, dtype), 20, kNaN);
    std::vector<bool> want(37, false);
    want[20] = true;
    for (Activation a : {Activation::relu, Activation::gelu, Activation::gelu_tanh, Activation::quick_gelu,
                         Activation::silu, Activation::tanh, Activation::sigmoid}) {
      EXPECT_EQ(not_numbers(activate(a, x)), want) << kernels::name_of(a);
      EXPECT_EQ(not_numbers(gated(a, x, random_tensor({37}, 3, dtype))), want) << kernels::name_of(a);
    }
    for (const Tensor& y :
         {exp(x), square(x), abs(x), neg(x), x * 2, x + x, x - x, x * x, x / x,
          maximum(x, random_tensor({37}, 3, dtype)), maximum(random_tensor({37}, 3, dtype), x)})
      EXPECT_EQ(not_numbers(y), want);
    const Tensor huge = with(random_tensor({37}, 2, dtype), 20, kInfinity);
    EXPECT_EQ(relu(huge).values()[20], kInfinity);
    EXPECT_EQ(relu(neg(huge)).values()[20], 0);
    EXPECT_EQ(tanh(huge).values()[20], 1);
    EXPECT_EQ(sigmoid(neg(huge)).values()[20], 0);
    EXPECT_EQ(exp(huge).values()[20], kInfinity);
    EXPECT_EQ(exp(neg(huge)).values()[20], 0);
    EXPECT_EQ(gelu(huge).values()[20], kInfinity);
    EXPECT_EQ(silu(huge).values()[20], kInfinity);
  }
}

TEST(NotFinite, OneRowSpoilsOnlyItself) {
  for (DType dtype : {DType::f32, DType::f64}) {
    const Tensor x = with(random_tensor({4, 19}, 2, dtype), 2 * 19 + 18, kNaN);
    const auto rows_of_nan = [](const Tensor& y) {
      std::vector<bool> rows;
      const auto all = not_numbers(y);
      const size_t width = all.size() / 4;
      for (size_t r = 0; r < 4; ++r) {
        const bool first = all[r * width];
        for (size_t i = 0; i < width; ++i) EXPECT_EQ(all[r * width + i], first) << "row " << r << ", " << i;
        rows.push_back(first);
      }
      return rows;
    };
    const std::vector<bool> want{false, false, true, false};
    const Tensor w = random_tensor({23, 19}, 3, dtype);
    EXPECT_EQ(rows_of_nan(softmax(x)), want);
    EXPECT_EQ(rows_of_nan(log_softmax(x)), want);
    EXPECT_EQ(rows_of_nan(norm(x, {}, {})), want);
    EXPECT_EQ(rows_of_nan(norm(x, {}, {}, {.kind = NormKind::rms})), want);
    EXPECT_EQ(rows_of_nan(linear(x, w)), want);
    EXPECT_EQ(rows_of_nan(matmul(x, w, {.transpose_b = true})), want);
    EXPECT_EQ(rows_of_nan(sum(x, 1)), want);
    EXPECT_EQ(rows_of_nan(max(x, 1)), want);
    const Tensor targets = ids({1, 2, 3, 4}, {4});
    EXPECT_EQ(rows_of_nan(cross_entropy(x, targets, {.reduction = Reduction::none})), want);
    EXPECT_EQ(rows_of_nan(linear_cross_entropy(x, w, {}, targets, {.reduction = Reduction::none})), want);
    EXPECT_TRUE(std::isnan(sum(x).item()));
    EXPECT_TRUE(std::isnan(mean(x).item()));
    EXPECT_TRUE(std::isnan(l2_norm(x).item()));
    EXPECT_TRUE(std::isnan(linear_cross_entropy(x, w, {}, targets).item()));
  }
}

TEST(NotFinite, AProductDoesNotHideZeroTimesInfinity) {
  for (DType dtype : {DType::f32, DType::f64}) {
    const Tensor zeros = Tensor::zeros({2, 5}, dtype);
    const Tensor y = matmul(zeros, with(random_tensor({5, 3}, 1, dtype), 4, kInfinity));
    EXPECT_EQ(not_numbers(y), (std::vector<bool>{false, true, false, false, true, false}));
  }
}

TEST(NotFinite, AttentionShowsWhatItSeesAndOnlyThat) {
  for (DType dtype : {DType::f32, DType::f64}) {
    const Tensor q = random_tensor({2, 3, 1, 4}, 1, dtype), k = random_tensor({2, 3, 1, 4}, 2, dtype);
    // Key 2 of row 0: seen by its last query when causal, by none past the end.
    const Tensor bad = with(k, 2 * 4, kNaN);
    const auto rows = [&](const AttentionOptions& options) {
      std::vector<bool> found;
      const auto all = not_numbers(attention(q, bad, k, options));
      for (size_t i = 0; i < all.size(); i += 4) found.push_back(all[i]);
      return found;
    };
    EXPECT_EQ(rows({}), (std::vector<bool>{true, true, true, false, false, false}));
    EXPECT_EQ(rows({.causal = true}), (std::vector<bool>{false, false, true, false, false, false}));
    EXPECT_EQ(rows({.key_end = ids({2, 3}, {2})}), std::vector<bool>(6, false));
  }
}

TEST(NotFinite, RecurrenceCarriesItOnInItsOwnSequence) {
  for (DType dtype : {DType::f32, DType::f64}) {
    for (Cell cell : {Cell::tanh, Cell::lstm, Cell::gru}) {
      const int64_t width = 3 * kernels::gates_of(cell);
      Tensor gates = random_tensor({2, 4, width}, 1, dtype);
      for (int64_t i = 0; i < width; ++i) gates = with(gates, width + i, kNaN);
      const Tensor y = recurrence(cell, gates, {random_tensor({width, 3}, 2, dtype)}).output;
      std::vector<bool> want(24, false);
      for (size_t i = 3; i < 12; ++i) want[i] = true;
      EXPECT_EQ(not_numbers(y), want) << static_cast<int>(cell);
    }
  }
}

}  // namespace
}  // namespace hodhod
