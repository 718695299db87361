// SPDX-License-Identifier: Apache-2.0
#include "hodhod/nn/trace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "hodhod/base/error.h"
#include "hodhod/nn/context.h"
#include "hodhod/nn/initialisers.h"
#include "hodhod/nn/module.h"
#include "hodhod/nn/recurrent.h"
#include "hodhod/nn/transformer_block.h"
#include "hodhod/ops/elementwise.h"
#include "hodhod/tensor/tape.h"

namespace hodhod {
namespace {

using testing::HasSubstr;

Tensor traced_input(const Shape& shape, uint64_t stream) {
  Tensor x = Tensor::empty(shape);
  init_normal(x, 0, 1, Rng(8, stream));
  return x;
}

TEST(Trace, NamesStandUnderTheirScopes) {
  Trace trace;
  trace.add("input", Component::input, "BT", Tensor::zeros({2, 3}));
  {
    const Trace::Scope encoder(&trace, "encoder");
    const Trace::Scope layer(&trace, "layer", 4);
    trace.add("output", Component::linear, "BTC", Tensor::zeros({2, 3, 5}));
  }
  const Trace::Scope nothing(nullptr, "none");
  trace.add("input", Component::input, "BT", Tensor::full({2, 3}, 1));
  EXPECT_EQ(trace.entries()[1].name, "encoder.layer.4.output");
  EXPECT_EQ(trace.at("encoder.layer.4.output").axes, "BTC");
  EXPECT_EQ(trace.at("input").tensor.values()[0], 1) << "the last of that name";
  EXPECT_EQ(trace.find("encoder"), nullptr);
}

TEST(Trace, ErrorsSayWhatThereIs) {
  Trace trace;
  const auto error_of = [](const auto& wrong) -> std::string {
    try {
      wrong();
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  };
  EXPECT_THAT(error_of([&] { trace.at("x"); }), HasSubstr("there is no x; there are none"));
  trace.add("a", Component::linear, "B", Tensor::zeros({2}));
  trace.add("b", Component::linear, "B", Tensor::zeros({2}));
  EXPECT_THAT(error_of([&] { trace.at("x"); }), HasSubstr("there is no x; there are a, b"));
  EXPECT_THAT(error_of([&] { trace.add("c", Component::linear, "BT", Tensor::zeros({2})); }),
              HasSubstr("c has axes BT and 1 dimensions"));
  EXPECT_THAT(error_of([&] { trace.add("c", Component::linear, "", Tensor()); }), HasSubstr("c has axes"));
}

// Asking for a trace changes neither the output nor the gradients, in training with dropout.
TEST(Trace, ChangesNoBit) {
  for (const int kind : {0, 1, 2, 3}) {
    const bool with_gate = kind % 2 == 1;
    const double dropout = kind < 2 ? 0.2 : 0;
    TransformerBlock block(
        {.attention = {.width = 24, .heads = 4, .kv_heads = 2, .dropout = dropout},
         .feed_forward = {.width = 24,
                          .hidden = 37,
                          .activation = with_gate ? kernels::Activation::silu : kernels::Activation::gelu,
                          .gated = with_gate,
                          .dropout = dropout},
         .norm = {},
         .dropout = dropout / 2});
    uint64_t stream = 0;
    for_each_parameter(block, [&](const std::string&, Tensor& p) {
      init_normal(p, 0, 0.3, Rng(5, ++stream));
      p.set_requires_grad();
    });
    const auto run = [&](Trace* trace) {
      const Tensor x = traced_input({2, 7, 24}, 1).set_requires_grad();
      Context context{.training = true, .rng = Rng(9), .trace = trace};
      const Tensor y = block(x, {}, context);
      backward(y, {.gradient = traced_input(y.shape(), 2)});
      std::vector<std::vector<float>> all{y.values<float>(), x.grad().values<float>()};
      for (const auto& [name, parameter] : parameters_of(block)) {
        all.push_back(parameter.grad().values<float>());
        parameter.clear_grad();
      }
      return all;
    };
    Trace trace;
    EXPECT_EQ(run(nullptr), run(&trace));
    EXPECT_FALSE(trace.entries().empty());
  }
}

TEST(Trace, GivesAConsumerWhatItWouldKeep) {
  Recurrent stack({.cell = Cell::gru, .input = 4, .hidden = 3});
  stack.initialise(Rng(3));
  Trace kept;
  std::vector<Trace::Entry> seen;
  Trace given([&](const Trace::Entry& entry) { seen.push_back(entry); });
  for (Trace* trace : {&kept, &given}) {
    Context context{.trace = trace};
    stack(traced_input({2, 5, 4}, 1), context);
  }
  EXPECT_TRUE(given.entries().empty());
  ASSERT_EQ(seen.size(), kept.entries().size());
  for (size_t i = 0; i < seen.size(); ++i) {
    EXPECT_EQ(seen[i].name, kept.entries()[i].name);
    EXPECT_EQ(seen[i].tensor.values(), kept.entries()[i].tensor.values());
  }
}

// The gradient at an entry's place on the tape is the derivative by that tensor: by finite differences of
// what follows it.
TEST(Trace, KnowsWhereGradientsArrive) {
  TransformerBlock block(
      {.attention = {.width = 6, .heads = 2}, .feed_forward = {.width = 6, .hidden = 7}, .norm = {}},
      DType::f64);
  uint64_t stream = 0;
  for_each_parameter(block, [&](const std::string&, Tensor& p) { init_normal(p, 0, 0.4, Rng(6, ++stream)); });
  Tensor x = traced_input({1, 3, 6}, 1).converted(DType::f64),
         dy = traced_input({1, 3, 6}, 2).converted(DType::f64);
  x.set_requires_grad();
  Trace trace;
  Context context{.trace = &trace};
  std::map<std::string, Tensor> found;
  backward(block(x, {}, context),
           {.gradient = dy, .on_gradient = [&](const Node& node, int output, const Tensor& d) {
              for (const Trace::Entry& entry : trace.entries()) {
                if (entry.origin.node.get() == &node && entry.origin.output == output)
                  found[entry.name] = d.clone();
              }
            }});
  for (const char* name : {"self_attention.queries", "self_attention.keys", "self_attention.values",
                           "self_attention.heads", "self_attention.output", "self_attention.sum",
                           "feed_forward.up", "feed_forward.hidden", "feed_forward.sum", "output"})
    EXPECT_TRUE(found.contains(name)) << name;
  const auto after = [&](const Tensor& heads) {  // what follows the heads
    Context plain;
    const Tensor y = block.self_attention_norm(x.detach() + block.self_attention.output(heads));
    const Tensor out = (*block.feed_forward_norm)(y + block.feed_forward(y, plain));
    double sum = 0;
    for (int64_t i = 0; i < out.numel(); ++i) sum += out.data<double>()[i] * dy.data<double>()[i];
    return sum;
  };
  const NoGrad off;
  const Tensor heads = trace.at("self_attention.heads").tensor.dense().reshaped({1, 3, 6});
  const auto gradient = found.at("self_attention.heads").values();
  for (int64_t i = 0; i < heads.numel(); ++i) {
    const Tensor more = heads.clone(), less = heads.clone();
    more.data<double>()[i] += 1e-5;
    less.data<double>()[i] -= 1e-5;
    EXPECT_NEAR(gradient[static_cast<size_t>(i)], (after(more) - after(less)) / 2e-5, 1e-7);
  }
}

TEST(Trace, JoinsSteps) {
  Trace steps, whole;
  for (const double value : {1, 2}) {
    const Trace::Scope scope(&steps, "layer");
    steps.add("states", Component::recurrence, "BTC", Tensor::full({1, 1, 2}, value));
    steps.add("last_cell", Component::recurrence, "BC", Tensor::full({1, 2}, value));
  }
  const Trace::Scope scope(&whole, "decoder");
  whole.add_steps(steps);
  ASSERT_EQ(whole.entries().size(), 2u);
  EXPECT_EQ(whole.at("decoder.layer.states").tensor.values(), (std::vector<double>{1, 1, 2, 2}));
  EXPECT_EQ(whole.at("decoder.layer.last_cell").tensor.values(), (std::vector<double>{2, 2}));
}

// What the trace of a block shows are the steps by which its output comes about.
TEST(Trace, ShowsEachStepOfABlock) {
  for (NormPlacement placement : {NormPlacement::post, NormPlacement::pre}) {
    TransformerBlock block({.attention = {.width = 12, .heads = 3},
                            .feed_forward = {.width = 12, .hidden = 17},
                            .norm = {},
                            .placement = placement});
    uint64_t stream = 0;
    for_each_parameter(block,
                       [&](const std::string&, Tensor& p) { init_normal(p, 0, 0.3, Rng(6, ++stream)); });
    const Tensor x = traced_input({2, 5, 12}, 1);
    Trace trace;
    Context context{.trace = &trace};
    const Tensor y = block(x, {}, context);
    const auto of = [&](const char* name) { return trace.at(name).tensor.dense(); };
    const auto expect_near = [&](const Tensor& got, const Tensor& want, const char* what) {
      const auto a = got.values(), b = want.values();
      ASSERT_EQ(a.size(), b.size()) << what;
      for (size_t i = 0; i < a.size(); ++i) ASSERT_NEAR(a[i], b[i], 1e-5) << what;
    };
    const bool post = placement == NormPlacement::post;
    expect_near(of("self_attention.sum"), x + of("self_attention.output"), "first residual");
    expect_near(of("self_attention.output"),
                block.self_attention.output(of("self_attention.heads").reshaped({2, 5, 12})), "projection");
    const Tensor middle = of(post ? "self_attention.norm" : "self_attention.sum");
    expect_near(of("feed_forward.sum"), middle + of("feed_forward.output"), "second residual");
    expect_near(of("feed_forward.norm"), (*block.feed_forward_norm)(post ? of("feed_forward.sum") : middle),
                "second norm");
    expect_near(of("feed_forward.hidden"), relu(of("feed_forward.up")), "activation");
    EXPECT_EQ(of("output").values<float>(), y.values<float>());
    EXPECT_EQ(of("output").values<float>(),
              of(post ? "feed_forward.norm" : "feed_forward.sum").values<float>());
  }
}

TEST(Trace, ShowsBothDirectionsOfARecurrentLayer) {
  Recurrent stack({.cell = Cell::lstm, .input = 4, .hidden = 3, .layers = 2, .bidirectional = true});
  stack.initialise(Rng(3));
  Trace trace;
  Context context{.trace = &trace};
  const RecurrentRun run = stack(traced_input({2, 5, 4}, 1), context);
  std::vector<std::string> found;
  for (const Trace::Entry& entry : trace.entries()) found.push_back(entry.name + " " + entry.axes);
  std::vector<std::string> expected;
  for (const std::string layer : {"layer.0.", "layer.1."}) {
    for (const std::string side : {"forward.", "reverse."}) {
      for (const std::string what :
           {"gates BTGC", "gates_after BTGC", "cells BTC", "states BTC", "last_cell BC"})
        expected.push_back(layer + side + what);
    }
    expected.push_back(layer + "output BTC");
  }
  EXPECT_EQ(found, expected);
  EXPECT_EQ(trace.at("layer.1.output").tensor.values<float>(), run.output.values<float>());
  EXPECT_EQ(trace.at("layer.0.forward.gates").tensor.shape(), (Shape{2, 5, 4, 3}));
}

}  // namespace
}  // namespace hodhod
