// SPDX-License-Identifier: Apache-2.0
// The reproducibility contract of whole models: a row's numbers depend neither on its batch nor on a cache.
#include "hodhod/models/transformer_model.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "hodhod/models/test_models.h"
#include "hodhod/ops/elementwise.h"
#include "hodhod/ops/packed_weights.h"
#include "hodhod/ops/reduce.h"
#include "hodhod/ops/shape.h"
#include "hodhod/tensor/tape.h"

namespace hodhod {
namespace {

class TransformerBits : public testing::TestWithParam<TestModel> {
 protected:
  TransformerBits() : model_(GetParam().config, Rng(7)) {}

  const TransformerConfig& config() const { return model_.config().body; }
  // Row b without the padding and without its neighbours.
  static TokenBatch alone(const TokenBatch& batch, int64_t b) {
    return {.ids = slice(slice(batch.ids, 0, b, b + 1), 1, 0, batch.lengths.data<int64_t>()[b]).dense()};
  }
  // The first elements of dimension 1 of row b.
  static std::vector<float> row(const Tensor& x, int64_t b, int64_t length) {
    return slice(slice(x, 0, b, b + 1), 1, 0, length).values<float>();
  }

  TransformerModel model_;
  NoGrad off_;
  Context context_;
};

TEST_P(TransformerBits, ARowIsTheSameAloneAndInABatchOf64) {
  const TestBatch batch(config(), 64, 19);
  HiddenStates memory;
  if (config().has_encoder()) memory = model_.encode(batch.source, context_);
  const Tensor states = test_states(model_, batch, context_);
  const Tensor logits = model_.logits(sequence_batch(model_, batch), context_);
  const Tensor losses = test_loss(model_, batch, context_, Reduction::none);
  for (int64_t b : {0, 1, 17, 40, 63}) {
    TestBatch one(config(), 1, 1);
    one.source = alone(batch.source, b);
    one.target = alone(batch.target, b);
    const int64_t time = one.target.ids.dim(1), source_time = one.source.ids.dim(1);
    one.labels = slice(slice(batch.labels, 0, b, b + 1), 1, 0, time).dense();
    if (config().has_encoder()) {
      ASSERT_EQ(row(memory.states, b, source_time),
                model_.encode(one.source, context_).states.values<float>())
          << "encoder, row " << b;
    }
    const Tensor own = test_states(model_, one, context_);
    ASSERT_EQ(row(states, b, time), own.values<float>()) << "decoder, row " << b;
    ASSERT_EQ(row(logits, b, time), model_.logits(sequence_batch(model_, one), context_).values<float>())
        << "logits, row " << b;
    ASSERT_EQ(row(losses, b, time), test_loss(model_, one, context_, Reduction::none).values<float>())
        << "losses, row " << b;
  }
}

// Prompts of different lengths, then more steps than the cache has room for at first.
TEST_P(TransformerBits, StepByStepIsThePassOverAll) {
  constexpr int64_t kSteps = 38;
  const auto sources = ragged_rows(5, 11, config().size_of_source_vocabulary(), 3);
  const auto prompts = ragged_rows(5, 9, config().vocabulary, 4);
  std::vector<Prompt> starts;
  auto texts = prompts;
  Rng rng(5);
  for (size_t i = 0; i < texts.size(); ++i) {
    starts.push_back({.source = {.tokens = config().has_encoder() ? sources[i] : std::vector<int64_t>()},
                      .target = prompts[i]});
    for (int64_t n = 1; n < kSteps; ++n)
      texts[i].push_back(1 + static_cast<int64_t>(rng.below(static_cast<uint64_t>(config().vocabulary - 1))));
  }
  SequenceBatch batch{.target = TokenBatch::of(texts, 0)};
  if (config().has_encoder()) batch.source = TokenBatch::of(sources, 0);
  const Tensor whole = model_.logits(batch, context_);

  // With plain weights, and with packed weights.
  PackedWeights packed;
  for (PackedWeights* weights : {static_cast<PackedWeights*>(nullptr), &packed}) {
    context_.packed = weights;
    const auto state = model_.start(starts, context_);
    for (int64_t n = 0; n < kSteps; ++n) {
      std::vector<int64_t> tokens;
      for (size_t i = 0; i < texts.size(); ++i) tokens.push_back(texts[i][prompts[i].size() - 1 + n]);
      const Tensor logits = model_.step(*state, tokens, context_);
      for (size_t i = 0; i < texts.size(); ++i) {
        const auto b = static_cast<int64_t>(i), t = static_cast<int64_t>(prompts[i].size()) - 1 + n;
        ASSERT_EQ(select(logits, 0, b).values<float>(), select(select(whole, 0, b), 0, t).values<float>())
            << "row " << i << ", step " << n << (weights ? ", packed" : "");
      }
    }
  }
  EXPECT_GT(packed.bytes(), config().vocabulary * config().width * 4);
}

// As in beam search: row i continues from what another row was.
TEST_P(TransformerBits, SelectedRowsGoOnAsIfTheyHadAlwaysBeenThere) {
  const auto sources = ragged_rows(3, 8, config().size_of_source_vocabulary(), 6);
  const auto prompts = ragged_rows(3, 7, config().vocabulary, 8);
  const auto start = [&](const std::vector<size_t>& rows) {
    std::vector<Prompt> starts;
    for (size_t i : rows) {
      starts.push_back({.source = {.tokens = config().has_encoder() ? sources[i] : std::vector<int64_t>()},
                        .target = prompts[i]});
    }
    return model_.start(starts, context_);
  };
  const auto moved = start({0, 1, 2}), direct = start({2, 0, 0, 1});
  model_.step(*moved, std::vector<int64_t>{5, 6, 7}, context_);
  model_.step(*direct, std::vector<int64_t>{7, 5, 5, 6}, context_);
  moved->select(std::vector<int64_t>{2, 0, 0, 1});
  const std::vector<int64_t> next{1, 2, 3, 4};
  EXPECT_EQ(model_.step(*moved, next, context_).values<float>(),
            model_.step(*direct, next, context_).values<float>());
}

// Layers whose inside is computed again in the backward pass: the same loss, gradients, draws of dropout, and
// gradients of what a trace shows.
TEST_P(TransformerBits, ComputingLayersAgainChangesNoBit) {
  const TestBatch batch(config(), 3, 11);
  struct Found {
    std::vector<std::vector<float>> gradients;
    std::map<std::string, std::vector<float>> traced;
    uint64_t streams = 0;
  };
  const auto run = [&](bool recompute) {
    const Recording on(true);
    Trace trace;
    Context context{.training = true, .recompute = recompute, .rng = Rng(3), .trace = &trace};
    const Tensor loss = test_loss(model_, batch, context);
    Found found{.gradients = {loss.values<float>()}, .traced = {}, .streams = context.streams};
    backward(loss, {.on_gradient = [&](const Node& node, int output, const Tensor& gradient) {
               for (const Trace::Entry& entry : trace.entries()) {
                 if (entry.origin.node.get() == &node && entry.origin.output == output)
                   found.traced[entry.name] = gradient.values<float>();
               }
             }});
    model_.for_each_parameter([&](const std::string&, Tensor& parameter) {
      if (const Tensor gradient = parameter.grad(); gradient.defined())
        found.gradients.push_back(gradient.values<float>());
      parameter.clear_grad();
    });
    return found;
  };
  model_.for_each_parameter([](const std::string&, Tensor& parameter) { parameter.set_requires_grad(); });
  const Found kept = run(false), again = run(true);
  EXPECT_GT(kept.gradients.size(), 8u);
  EXPECT_TRUE(kept.traced.contains("decoder.layer.1.self_attention.queries"));
  EXPECT_EQ(kept.gradients, again.gradients);
  EXPECT_EQ(kept.streams, again.streams);
  for (const auto& [name, values] : kept.traced) EXPECT_EQ(values, again.traced.at(name)) << name;
}

// The head of few states, with its weight off the tape.
TEST_P(TransformerBits, TheOutputLayerOfOneStateIsThatOfAll) {
  const Recording on(true);
  model_.for_each_parameter([](const std::string&, Tensor& parameter) { parameter.set_requires_grad(); });
  const auto& head = *head_as<LanguageHead>(model_);
  const int64_t width = model_.embedding_table().dim(1);
  Tensor states = Tensor::empty({1, 3, width});
  Rng rng(5);
  for (int64_t i = 0; i < states.numel(); ++i) states.data<float>()[i] = rng.uniform() - 0.5F;
  states.set_requires_grad();
  Context context;
  const Tensor all = head.logits(states, model_.embedding_table(), context);
  const OutputProduct one = head.product(slice(select(states, 0, 0), 0, 1, 2), model_.embedding_table());
  EXPECT_EQ(select(select(all, 0, 0), 0, 1).values<float>(), one.logits.values<float>());
  // dzᵀ x is the weight's gradient.
  Tensor dz;
  backward(sum(one.logits * one.logits), {.on_gradient = [&](const Node& node, int, const Tensor& gradient) {
             if (&node == one.product.node().get()) dz = gradient.clone();
           }});
  EXPECT_FALSE(one.weight.grad().defined());
  const Tensor row = select(select(all, 0, 0), 0, 1);
  backward(sum(row * row));
  const auto whole = one.weight.grad().values<float>(), x = one.input.values<float>(),
             columns = dz.values<float>();
  for (size_t v = 0; v < columns.size(); ++v) {
    for (size_t c = 0; c < x.size(); ++c)
      ASSERT_NEAR(whole[v * x.size() + c], columns[v] * x[c],
                  1e-5 + 1e-5 * std::abs(whole[v * x.size() + c]));
  }
}

// What a setting points to, global tokens among it, is gone when the layers are computed again.
TEST(TransformerEncoder, ComputingLayersAgainWithGlobalTokens) {
  TransformerConfig config = small_config(TransformerShape::encoder);
  config.reach = {2, 3};
  config.positions = PositionKind::learned;
  TransformerModel model(config, Rng(7));
  const auto run = [&](bool recompute) {
    model.for_each_parameter([](const std::string&, Tensor& p) { p.set_requires_grad(); });
    Context context{.training = true, .recompute = recompute, .rng = Rng(3)};
    TokenBatch batch = TokenBatch::of(ragged_rows(3, 11, config.vocabulary, 4), 0);
    batch.global = Tensor::zeros(batch.ids.shape(), DType::i64);
    for (const int64_t place : {0, 13, 22}) batch.global.data<int64_t>()[place] = 1;
    const Tensor states = model.body().encode(batch, context).states;
    std::vector<std::vector<float>> all = {states.values<float>()};
    backward(sum(states * states));
    model.for_each_parameter([&](const std::string&, Tensor& p) {
      if (const Tensor gradient = p.grad(); gradient.defined()) all.push_back(gradient.values<float>());
      p.clear_grad();
    });
    return all;
  };
  const auto kept = run(false);
  EXPECT_GT(kept.size(), 20u);
  EXPECT_EQ(kept, run(true));
}

INSTANTIATE_TEST_SUITE_P(Models, TransformerBits, testing::ValuesIn(test_models()),
                         [](const testing::TestParamInfo<TestModel>& tested) { return tested.param.name; });

}  // namespace
}  // namespace hodhod
