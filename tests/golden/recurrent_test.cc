// SPDX-License-Identifier: Apache-2.0
// RNN, LSTM and GRU stacks, with all gradients, against torch.nn.
#include "hodhod/nn/recurrent.h"

#include "hodhod/nn/module.h"
#include "hodhod/ops/elementwise.h"
#include "hodhod/ops/reduce.h"
#include "hodhod/tensor/tape.h"
#include "tests/golden/golden.h"

namespace hodhod::golden {
namespace {

Cell cell_of(const std::string& family, const Json& ctor) {
  if (family == "torch_lstm") return Cell::lstm;
  if (family == "torch_gru") return Cell::gru;
  return ctor.value("nonlinearity", "tanh") == "relu" ? Cell::relu : Cell::tanh;
}

// A leaf with the recorded values, or undefined where nothing was recorded.
Tensor leaf(const Recording& recording, const std::string& name) {
  if (!recording.contains(name)) return Tensor();
  Tensor x = recording.tensor(name);
  x.set_requires_grad();
  return x;
}

Tensor weighted(const Tensor& y, const Recording& recording, const std::string& weights) {
  return recording.contains(weights) ? sum(mul(y, recording.tensor(weights))) : Tensor::scalar(0);
}

void run_case(const Recording& recording, const std::string& family, const Json& one) {
  const std::string name = one["name"].get<std::string>() + ".";
  SCOPED_TRACE(name);
  const Json& ctor = one["ctor"];
  Recurrent stack({.cell = cell_of(family, ctor),
                   .input = ctor["input_size"].get<int64_t>(),
                   .hidden = ctor["hidden_size"].get<int64_t>(),
                   .layers = ctor.value("num_layers", 1),
                   .projection = ctor.value("proj_size", 0),
                   .bidirectional = ctor.value("bidirectional", false),
                   .bias = ctor.value("bias", true)});
  for_each_parameter(stack, [&](const std::string& parameter, Tensor& weight) {
    const Tensor recorded = recording.tensor(name + parameter);
    ASSERT_EQ(recorded.shape(), weight.shape()) << parameter;
    weight = recorded;
    weight.set_requires_grad();
  });
  const Tensor x = leaf(recording, name + "in.input");
  RecurrentInput input{.state = {leaf(recording, name + "in.h_0"), leaf(recording, name + "in.c_0")},
                       .time_first = !ctor.value("batch_first", false)};
  if (one.value("packed", false)) input.lengths = recording.tensor(name + "in.lengths");
  Context context{.training = true};
  const RecurrentRun run = stack(x, context, input);
  recording.expect_close(name + "out.output", run.output);
  recording.expect_close(name + "out.h_n", run.last.output);
  Tensor loss = add(weighted(run.output, recording, name + "in.grad_out"),
                    weighted(run.last.output, recording, name + "in.grad_h"));
  if (stack.options.cell == Cell::lstm) {
    recording.expect_close(name + "out.c_n", run.last.cell);
    loss = add(loss, weighted(run.last.cell, recording, name + "in.grad_c"));
  }
  backward(loss);
  size_t compared = 0;
  const auto expect_gradient = [&](const std::string& recorded, const Tensor& parameter) {
    if (!recording.contains(recorded)) return;
    recording.expect_close(recorded, parameter.grad());
    ++compared;
  };
  for_each_parameter(stack, [&](const std::string& parameter, Tensor& weight) {
    expect_gradient(name + "grad." + parameter, weight);
  });
  expect_gradient(name + "grad_in.input", x);
  expect_gradient(name + "grad_in.h_0", input.state.output);
  expect_gradient(name + "grad_in.c_0", input.state.cell);
  EXPECT_EQ(compared, recording.io_names(name + "grad").size()) << "a recorded gradient was not looked at";
}

class GoldenRecurrent : public testing::TestWithParam<std::string> {};

TEST_P(GoldenRecurrent, OutputsAndGradients) {
  for_each_recording(GetParam(), [](const Recording& recording) {
    for (const Json& one : recording.about()["cases"]) run_case(recording, GetParam(), one);
  });
}

INSTANTIATE_TEST_SUITE_P(All, GoldenRecurrent, testing::Values("torch_rnn", "torch_lstm", "torch_gru"),
                         [](const testing::TestParamInfo<std::string>& tested) { return tested.param; });

}  // namespace
}  // namespace hodhod::golden
