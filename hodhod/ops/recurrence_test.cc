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

// The gates and cells that are kept give each step's output by the cell's equations, and keeping them changes
// no bit. Rows end at different steps, after which all is zero.
TEST(RecurrenceOp, KeptGatesAndCellsGiveTheOutputs) {
  const NoGrad off;
  const int64_t B = 3, T = 4, H = 3;
  for (const Cell cell : {Cell::lstm, Cell::gru}) {
    for (const bool reverse : {false, true}) {
      for (const bool time_first : {false, true}) {
        const int64_t GH = kernels::gates_of(cell) * H;
        const Tensor gates = recurrence_values(time_first ? Shape{T, B, GH} : Shape{B, T, GH}, 1);
        const RecurrenceWeights weights{recurrence_values({GH, H}, 2), recurrence_values({GH}, 3)};
        RecurrenceOptions options{.reverse = reverse, .time_first = time_first};
        options.lengths = Tensor::from<int64_t>({4, 0, 2}, {3});
        const RecurrenceResult plain = recurrence(cell, gates, weights, {}, options);
        options.keep = true;
        const RecurrenceResult kept = recurrence(cell, gates, weights, {}, options);
        EXPECT_EQ(kept.output.values(), plain.output.values());
        EXPECT_FALSE(plain.gates.defined());
        const auto y = kept.output.values(), g = kept.gates.values();
        const auto c = cell == Cell::lstm ? kept.cells.values() : std::vector<double>();
        const int64_t G = kernels::gates_of(cell);
        const int64_t lengths[] = {4, 0, 2};
        for (int64_t b = 0; b < B; ++b) {
          for (int64_t t = 0; t < T; ++t) {
            const auto row = [&](int64_t time) {
              return static_cast<size_t>(time_first ? time * B + b : b * T + time);
            };
            const int64_t before = reverse ? t + 1 : t - 1;
            const bool has_before = before >= 0 && before < lengths[b];
            for (size_t u = 0; u < static_cast<size_t>(H); ++u) {
              const auto gate = [&](size_t n) { return g[(row(t) * static_cast<size_t>(G) + n) * H + u]; };
              const double h = y[row(t) * H + u], old = has_before ? y[row(before) * H + u] : 0;
              if (t >= lengths[b]) {
                EXPECT_EQ(gate(0), 0);
                EXPECT_EQ(h, 0);
              } else if (cell == Cell::gru) {
                EXPECT_NEAR(h, (1 - gate(1)) * gate(2) + gate(1) * old, 1e-12);
              } else {
                const double now = c[row(t) * H + u];
                EXPECT_NEAR(now, gate(1) * (has_before ? c[row(before) * H + u] : 0) + gate(0) * gate(2),
                            1e-12);
                EXPECT_NEAR(h, gate(3) * std::tanh(now), 1e-12);
              }
            }
          }
        }
      }
    }
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
