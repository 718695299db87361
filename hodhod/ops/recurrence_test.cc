// SPDX-License-Identifier: Apache-2.0
#include "hodhod/ops/recurrence.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "hodhod/base/rng.h"
#include "hodhod/base/testing.h"
#include "hodhod/tensor/gradcheck.h"
#include "hodhod/tensor/tape.h"

namespace hodhod {
namespace {

Tensor recurrence_values(const Shape& shape, uint64_t stream, DType dtype = DType::f64) {
  Rng rng(41, stream);
  std::vector<double> values(static_cast<size_t>(shape.numel()));
  for (double& x : values) x = 0.7 * rng.normal();
  return Tensor::from(values, shape).converted(dtype);
}

constexpr Cell kCells[] = {Cell::tanh, Cell::relu, Cell::lstm, Cell::gru};

// Gradients of each of a run's results with respect to each of its inputs.
TEST(RecurrenceOp, GradientIsTheDerivative) {
  const int64_t B = 3, T = 4, H = 3;
  for (const Cell cell : kCells) {
    for (const int64_t projected : {0, 2}) {
      if (projected && cell != Cell::lstm) continue;
      for (const bool reverse : {false, true}) {
        for (const bool time_first : {false, true}) {
          const int64_t GH = kernels::gates_of(cell) * H, P = projected ? projected : H;
          RecurrenceOptions options{.reverse = reverse, .time_first = time_first};
          if (reverse != time_first) options.lengths = Tensor::from<int64_t>({4, 0, 2}, {3});
          std::vector<Tensor> inputs = {recurrence_values(time_first ? Shape{T, B, GH} : Shape{B, T, GH}, 1),
                                        recurrence_values({GH, P}, 2), recurrence_values({GH}, 3),
                                        recurrence_values({B, P}, 4)};
          if (cell == Cell::lstm) inputs.push_back(recurrence_values({B, H}, 5));
          if (projected) inputs.push_back(recurrence_values({P, H}, 6));
          for (int which = 0; which < (cell == Cell::lstm ? 3 : 2); ++which) {
            const auto run = [&](std::span<const Tensor> in) {
              const RecurrenceResult r = recurrence(cell, in[0], {in[1], in[2], projected ? in[5] : Tensor()},
                                                    {in[3], cell == Cell::lstm ? in[4] : Tensor()}, options);
              return which == 0 ? r.output : which == 1 ? r.last.output : r.last.cell;
            };
            const GradcheckResult result = gradcheck(run, inputs);
            EXPECT_TRUE(result) << "cell " << static_cast<int>(cell) << " result " << which
                                << (reverse ? " reverse" : "") << (time_first ? " time first" : "") << ": "
                                << result.message;
          }
        }
      }
    }
  }
}

TEST(RecurrenceOp, SinglePrecisionAgreesWithDouble) {
  for (const Cell cell : kCells) {
    const int64_t B = 5, T = 9, H = 40, GH = kernels::gates_of(cell) * H;
    std::vector<Tensor> wide = {recurrence_values({B, T, GH}, 1), recurrence_values({GH, H}, 2),
                                recurrence_values({GH}, 3), recurrence_values({B, H}, 4)};
    for (double& w : std::span(wide[1].data<double>(), static_cast<size_t>(GH * H))) w *= 0.3;
    std::vector<Tensor> narrow;
    for (Tensor& x : wide) narrow.push_back(x.converted(DType::f32));
    const auto run = [&](std::vector<Tensor>& in) {
      for (Tensor& x : in) x.set_requires_grad();
      const Tensor y = recurrence(cell, in[0], {in[1], in[2]}, {in[3]}).output;
      backward(y, {.gradient = recurrence_values(y.shape(), 7, y.dtype())});
      return y.detach();
    };
    const auto expect_close = [&](const Tensor& got, const Tensor& want, const std::string& what) {
      const std::vector<double> a = got.values(), b = want.values();
      double largest = 1;
      for (const double x : b) largest = std::max(largest, std::fabs(x));
      for (size_t i = 0; i < a.size(); ++i) ASSERT_NEAR(a[i], b[i], 1e-5 * largest) << what << " " << i;
    };
    expect_close(run(narrow), run(wide), "output");
    for (size_t i = 0; i < wide.size(); ++i)
      expect_close(narrow[i].grad(), wide[i].grad(), std::to_string(i));
  }
}

// A sequence alone, step by step with packed weights, has the bits it has in a ragged batch.
TEST(RecurrenceOp, StepByStepAloneIsTheRowOfTheBatch) {
  for (const Cell cell : kCells) {
    const int64_t B = 33, T = 5, H = 24, GH = kernels::gates_of(cell) * H;
    const Tensor gates = recurrence_values({B, T, GH}, 1, DType::f32);
    const RecurrenceWeights weights{recurrence_values({GH, H}, 2, DType::f32),
                                    recurrence_values({GH}, 3, DType::f32)};
    Tensor lengths = Tensor::full({B}, static_cast<double>(T), DType::i64);
    lengths.data<int64_t>()[7] = 3;
    const RecurrenceResult all = recurrence(cell, gates, weights, {}, {.lengths = lengths});
    const PackedRecurrence packed(cell, weights);
    RecurrenceState state;
    for (int64_t t = 0; t < 3; ++t) {
      const Tensor step = gates.with_layout({1, 1, GH}, {GH, GH, 1}, (7 * T + t) * GH);
      const RecurrenceResult one = recurrence(cell, step, weights, state, {.packed = &packed});
      state = one.last;
      EXPECT_EQ(one.output.values<float>(),
                all.output.with_layout({1, 1, H}, {H, H, 1}, (7 * T + t) * H).values<float>());
    }
    EXPECT_EQ(state.output.values<float>(),
              all.last.output.with_layout({1, H}, {H, 1}, 7 * H).values<float>());
  }
}

TEST(RecurrenceOp, NothingIsSavedWithoutATape) {
  NoGrad off;
  Tensor gates = recurrence_values({2, 3, 8}, 1);
  gates.set_requires_grad();
  EXPECT_FALSE(recurrence(Cell::lstm, gates, {recurrence_values({8, 2}, 2)}).output.requires_grad());
}

TEST(RecurrenceOp, RefusesWhatDoesNotFit) {
  const Tensor gates = Tensor::zeros({2, 3, 8}), weight = Tensor::zeros({8, 2});
  expect_error([&] { recurrence(Cell::lstm, Tensor::zeros({2, 8}), {weight}); }, "[2, 8]");
  expect_error([&] { recurrence(Cell::gru, gates, {weight}); }, "cell's 3");
  expect_error([&] { recurrence(Cell::lstm, gates, {Tensor::zeros({8, 3})}); }, "[8, 2]");
  expect_error([&] { recurrence(Cell::lstm, gates, {weight, Tensor::zeros({7})}); }, "bias");
  expect_error([&] { recurrence(Cell::lstm, gates, {weight}, {Tensor::zeros({3, 2})}); }, "initial output");
  expect_error(
      [&] {
        recurrence(Cell::tanh, gates, {Tensor::zeros({8, 8})}, {{}, Tensor::zeros({2, 8})});
      },
      "LSTM");
  const Tensor lengths = Tensor::from<int64_t>({4, 1}, {2});
  expect_error([&] { recurrence(Cell::lstm, gates, {weight}, {}, {.lengths = lengths}); }, "length 4");
}

}  // namespace
}  // namespace hodhod
