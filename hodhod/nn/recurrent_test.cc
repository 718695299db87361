// SPDX-License-Identifier: Apache-2.0
#include "hodhod/nn/recurrent.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "hodhod/base/threads.h"
#include "hodhod/nn/module.h"
#include "hodhod/ops/embedding.h"
#include "hodhod/tensor/gradcheck.h"
#include "hodhod/tensor/tape.h"

namespace hodhod {
namespace {

Tensor recurrent_values(const Shape& shape, uint64_t stream, DType dtype = DType::f64) {
  Rng rng(51, stream);
  std::vector<double> values(static_cast<size_t>(shape.numel()));
  for (double& x : values) x = rng.normal();
  return Tensor::from(values, shape).converted(dtype);
}

constexpr Cell kCells[] = {Cell::tanh, Cell::relu, Cell::lstm, Cell::gru};

Recurrent small_stack(Cell cell, DType dtype, int64_t projection = 0, double dropout = 0) {
  Recurrent stack({.cell = cell,
                   .input = 4,
                   .hidden = 3,
                   .layers = 2,
                   .projection = projection,
                   .bidirectional = true,
                   .dropout = dropout},
                  dtype);
  stack.initialise(Rng(3));
  return stack;
}

// The gradient of a whole stack with respect to its input and every parameter.
TEST(Recurrent, GradientIsTheDerivative) {
  for (const Cell cell : kCells) {
    for (const int64_t projection : {0, 2}) {
      if (projection && cell != Cell::lstm) continue;
      Recurrent stack = small_stack(cell, DType::f64, projection);
      std::vector<Tensor> inputs = {recurrent_values({2, 3, 4}, 1)};
      for (const auto& [name, parameter] : parameters_of(stack)) inputs.push_back(parameter);
      const GradcheckResult result = gradcheck(
          [&](std::span<const Tensor> in) {
            Recurrent copy = stack;
            size_t next = 1;
            for_each_parameter(copy, [&](const std::string&, Tensor& parameter) { parameter = in[next++]; });
            Context context;
            return copy(in[0], context, {.lengths = Tensor::from<int64_t>({3, 2}, {2})}).output;
          },
          inputs);
      EXPECT_TRUE(result) << "cell " << static_cast<int>(cell) << ": " << result.message;
    }
  }
}

TEST(Recurrent, NamesAreThoseOfPyTorch) {
  Recurrent stack = small_stack(Cell::lstm, DType::f32, 2);
  std::vector<std::string> names;
  for_each_parameter(stack, [&](const std::string& name, Tensor&) { names.push_back(name); });
  ASSERT_EQ(names.size(), 20u);
  EXPECT_EQ(names[0], "weight_ih_l0");
  EXPECT_EQ(names[4], "weight_hr_l0");
  EXPECT_EQ(names[8], "bias_hh_l0_reverse");
  EXPECT_EQ(names[10], "weight_ih_l1");
  EXPECT_EQ(names[19], "weight_hr_l1_reverse");
}

// A sequence alone has the bits that it has in a batch of 64 with other lengths, and so with any number of
// threads.
TEST(Recurrent, ASequenceIsTheSameAloneAndWithAnyThreads) {
  const int before = thread_count();
  for (const Cell cell : kCells) {
    Recurrent stack({.cell = cell, .input = 20, .hidden = 24, .layers = 2, .bidirectional = true});
    stack.initialise(Rng(4));
    const Tensor x = recurrent_values({64, 7, 20}, 2, DType::f32);
    Tensor lengths = Tensor::zeros({64}, DType::i64);
    for (int64_t b = 0; b < 64; ++b) lengths.data<int64_t>()[b] = b % 8;
    Context context;
    set_thread_count(1);
    const std::vector<float> all = stack(x, context, {.lengths = lengths}).output.values<float>();
    for (const int threads : {2, 4, 8}) {
      set_thread_count(threads);
      EXPECT_EQ(stack(x, context, {.lengths = lengths}).output.values<float>(), all);
    }
    for (const int64_t b : {3, 15, 62}) {
      const int64_t length = b % 8;
      const Tensor alone = x.with_layout({1, length, 20}, {140, 20, 1}, b * 140);
      const std::vector<float> got = stack(alone, context).output.values<float>();
      const auto from = all.begin() + b * 7 * 48;
      EXPECT_EQ(got, std::vector<float>(from, from + length * 48));
    }
  }
  set_thread_count(before);
}

// Decoding: one step at a time from the state before, with packed weights, gives the bits of the whole run.
TEST(Recurrent, StepByStepIsTheWholeRun) {
  for (const Cell cell : kCells) {
    Recurrent stack({.cell = cell, .input = 20, .hidden = 24, .layers = 2});
    stack.initialise(Rng(5));
    const Tensor x = recurrent_values({3, 6, 20}, 3, DType::f32);
    Context context;
    const RecurrentRun whole = stack(x, context);
    const std::vector<PackedRecurrence> packed = stack.pack();
    RecurrentState state;
    for (int64_t t = 0; t < 6; ++t) {
      const RecurrentRun step = stack(x.with_layout({3, 1, 20}, {120, 20, 1}, t * 20), context,
                                      {.state = state, .packed = &packed});
      state = step.last;
      EXPECT_EQ(step.output.values<float>(),
                whole.output.with_layout({3, 1, 24}, {144, 24, 1}, t * 24).values<float>());
    }
    EXPECT_EQ(state.output.values<float>(), whole.last.output.values<float>());
  }
}

// Taking the table's rows through the input weights gives the very bits of taking each token through them,
// and the same gradients.
TEST(Recurrent, TokensByTableAreTokensByVector) {
  for (const Cell cell : kCells) {
    Recurrent stack({.cell = cell, .input = 8, .hidden = 10, .layers = 2});
    stack.initialise(Rng(6));
    set_requires_grad(stack);
    const Tensor ids = Tensor::from<int64_t>({0, 3, 1, 1, 4, 3, 2, 0, 3, 3, 1, 4}, {3, 4});
    Tensor table = recurrent_values({5, 8}, 4, DType::f32);
    table.set_requires_grad();
    Context context;
    const Tensor dy = recurrent_values({3, 4, 10}, 5, DType::f32);
    const auto gradients = [&](const Tensor& y) {
      backward(y, {.gradient = dy});
      std::vector<double> all = table.grad().values();
      table.clear_grad();
      for_each_parameter(stack, [&](const std::string&, Tensor& parameter) {
        const std::vector<double> values = parameter.grad().values();
        all.insert(all.end(), values.begin(), values.end());
        parameter.clear_grad();
      });
      return all;
    };
    const Tensor by_vector = stack(embedding(ids, table), context).output,
                 by_table = stack(ids, table, context).output;
    EXPECT_EQ(by_table.values<float>(), by_vector.values<float>());
    const std::vector<double> want = gradients(by_vector), got = gradients(by_table);
    ASSERT_EQ(got.size(), want.size());
    for (size_t i = 0; i < got.size(); ++i) EXPECT_NEAR(got[i], want[i], 1e-5 * (1 + std::fabs(want[i])));
  }
}

TEST(Recurrent, DropoutActsBetweenLayersInTrainingOnly) {
  Recurrent stack = small_stack(Cell::gru, DType::f32, 0, 0.5);
  const Tensor x = recurrent_values({2, 3, 4}, 6, DType::f32);
  const auto run = [&](bool training, uint64_t seed) {
    Context context{.training = training, .rng = Rng(seed)};
    return stack(x, context).output.values<float>();
  };
  EXPECT_EQ(run(false, 1), run(false, 2));
  EXPECT_EQ(run(true, 1), run(true, 1));
  EXPECT_NE(run(true, 1), run(true, 2));
  EXPECT_NE(run(true, 1), run(false, 1));
}

TEST(Recurrent, RefusesWhatDoesNotFit) {
  EXPECT_THROW(Recurrent({.cell = Cell::gru, .input = 4, .hidden = 0}), Error);
  EXPECT_THROW(Recurrent({.cell = Cell::gru, .input = 4, .hidden = 4, .projection = 2}), Error);
  const Recurrent stack = small_stack(Cell::tanh, DType::f32);
  Context context;
  EXPECT_THROW(stack(Tensor::zeros({2, 3, 5}), context), Error);
  EXPECT_THROW(stack(Tensor::zeros({2, 3, 4}), context, {.state = {Tensor::zeros({2, 2, 3})}}), Error);
}

}  // namespace
}  // namespace hodhod
