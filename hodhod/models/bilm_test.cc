// SPDX-License-Identifier: Apache-2.0
// The bidirectional language model against its equations in double precision, and what it promises of the
// vectors: the same for a text whenever it is read, and one network the mirror of the other.
#include "hodhod/models/bilm.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "hodhod/base/file.h"
#include "hodhod/models/directory.h"
#include "hodhod/models/test_models.h"
#include "hodhod/nn/module.h"
#include "hodhod/nn/test_context.h"
#include "hodhod/ops/shape.h"
#include "hodhod/tensor/tape.h"

namespace hodhod {
namespace {

using testing::IsEmpty;

constexpr int64_t kBilmVocabulary = 11;

std::unique_ptr<BilmModel> small_bilm(HeadKind head = HeadKind::none,
                                      RecurrentCell cell = RecurrentCell::lstm) {
  BilmConfig config(BilmOptions{.cell = cell,
                                .vocabulary = kBilmVocabulary,
                                .width = 8,
                                .layers = 2,
                                .max_length = 32,
                                .special = {.pad = 0}});
  config.head.kind = head;
  if (head != HeadKind::none) config.head.labels = 3;
  auto model = std::make_unique<BilmModel>(config);
  model->initialise(Rng(4), [](const std::string&) { return true; });
  return model;
}

// ---- the equations, in double precision ----

using DoubleRow = std::vector<double>;
using DoubleRows = std::vector<DoubleRow>;  // one for each token

struct BilmTwin {
  explicit BilmTwin(BilmModel& model) {
    for (const auto& [name, parameter] : parameters_of(model)) {
      values[name] = parameter.values();
      columns[name] = parameter.rank() == 2 ? parameter.dim(1) : 1;
    }
  }

  DoubleRow row(const std::string& name, int64_t r) const {
    const auto width = columns.at(name);
    const auto begin = values.at(name).begin() + r * width;
    return {begin, begin + width};
  }
  DoubleRow product(const std::string& name, const DoubleRow& x) const {
    DoubleRow y;
    for (int64_t r = 0; r * columns.at(name) < std::ssize(values.at(name)); ++r) {
      const DoubleRow w = row(name, r);
      double sum = 0;
      for (size_t c = 0; c < w.size(); ++c) sum += w[c] * x[c];
      y.push_back(sum);
    }
    return y;
  }

  // Layer `layer` of a network over its inputs in the order in which it reads them.
  DoubleRows lstm(const std::string& network, int64_t layer, const DoubleRows& inputs) const {
    const std::string end = "_l" + std::to_string(layer);
    const auto sigmoid = [](double v) { return 1 / (1 + std::exp(-v)); };
    DoubleRow h(4, 0.0), cell(4, 0.0);
    DoubleRows outputs;
    for (const DoubleRow& x : inputs) {
      const DoubleRow of_x = product(network + ".weight_ih" + end, x),
                      of_h = product(network + ".weight_hh" + end, h);
      const DoubleRow &bias_x = values.at(network + ".bias_ih" + end),
                      &bias_h = values.at(network + ".bias_hh" + end);
      const auto gate = [&](size_t i) { return of_x[i] + of_h[i] + bias_x[i] + bias_h[i]; };
      DoubleRow next(4);
      for (size_t u = 0; u < 4; ++u) {
        cell[u] = sigmoid(gate(4 + u)) * cell[u] + sigmoid(gate(u)) * std::tanh(gate(8 + u));
        next[u] = sigmoid(gate(12 + u)) * std::tanh(cell[u]);
      }
      h = next;
      outputs.push_back(h);
    }
    return outputs;
  }

  // The outputs of both layers, in the order in which the network reads the tokens.
  std::vector<DoubleRows> read(const std::string& network, const std::vector<int64_t>& tokens) const {
    DoubleRows x;
    for (const int64_t token : tokens) x.push_back(row("embedding.weight", token));
    std::vector<DoubleRows> layers{lstm(network, 0, x)};
    layers.push_back(lstm(network, 1, layers[0]));
    return layers;
  }

  double one_way(const std::string& network, const std::vector<int64_t>& tokens) const {
    const DoubleRows states = read(network, tokens)[1];
    double loss = 0;
    for (size_t t = 0; t + 1 < tokens.size(); ++t) {
      const DoubleRow logits = product("head.weight", states[t]);
      double sum = 0;
      for (const double logit : logits) sum += std::exp(logit);
      loss += std::log(sum) - logits[static_cast<size_t>(tokens[t + 1])];
    }
    return loss;
  }
  double loss(const std::vector<std::vector<int64_t>>& texts) const {
    double sum = 0;
    for (std::vector<int64_t> tokens : texts) {
      sum += one_way("forward", tokens);
      std::reverse(tokens.begin(), tokens.end());
      sum += one_way("backward", tokens);
    }
    return sum;
  }

  std::map<std::string, DoubleRow> values;
  std::map<std::string, int64_t> columns;
};

TokenBatch one_text(const std::vector<int64_t>& tokens) {
  return TokenBatch::of(std::vector<std::vector<int64_t>>{tokens}, 0);
}

const std::vector<std::vector<int64_t>> kReadTexts = {{3, 7, 1, 5, 9, 2}, {4}, {8, 2, 2, 6}};

TEST(Bilm, ItsLayersAreThoseOfTheEquations) {
  const NoGrad off;
  const auto model = small_bilm();
  const BilmTwin twin(*model);
  const auto layers = model->encode_layers(TokenBatch::of(kReadTexts, 0), plain());
  ASSERT_EQ(layers.size(), 3);
  for (size_t b = 0; b < kReadTexts.size(); ++b) {
    std::vector<int64_t> reversed(kReadTexts[b].rbegin(), kReadTexts[b].rend());
    const auto there = twin.read("forward", kReadTexts[b]), back = twin.read("backward", reversed);
    for (size_t t = 0; t < kReadTexts[b].size(); ++t) {
      for (size_t j = 0; j < 3; ++j) {
        const float* found =
            layers[j].data<float>() + (static_cast<int64_t>(b) * 6 + static_cast<int64_t>(t)) * 8;
        for (size_t c = 0; c < 4; ++c) {
          const DoubleRow x = twin.row("embedding.weight", kReadTexts[b][t]);
          EXPECT_NEAR(found[c], j == 0 ? x[c] : there[j - 1][t][c], 1e-6);
          EXPECT_NEAR(found[4 + c], j == 0 ? x[c] : back[j - 1][kReadTexts[b].size() - 1 - t][c], 1e-6);
        }
      }
    }
  }
}

TEST(Bilm, ItsLossAndGradientsAreThoseOfTheEquations) {
  const auto model = small_bilm();
  set_requires_grad(*model);
  BilmTwin twin(*model);
  const Tensor loss = model->loss(TokenBatch::of(kReadTexts, 0), plain());
  EXPECT_NEAR(loss.item(), twin.loss(kReadTexts), 1e-4);
  backward(loss);
  constexpr double kStep = 1e-5;
  for (const auto& [name, parameter] : parameters_of(*model)) {
    const std::vector<double> gradient = parameter.grad().values();
    for (size_t i = 0; i < gradient.size(); i += 3) {
      double& value = twin.values.at(name)[i];
      const double kept = value;
      value = kept + kStep;
      const double above = twin.loss(kReadTexts);
      value = kept - kStep;
      const double below = twin.loss(kReadTexts);
      value = kept;
      EXPECT_NEAR(gradient[i], (above - below) / (2 * kStep), 2e-5) << name << " " << i;
    }
  }
}

// ---- promises ----

TEST(Bilm, ATextHasTheSameVectorsWhateverIsReadBesideIt) {
  const NoGrad off;
  const auto model = small_bilm();
  const auto together = model->encode_layers(TokenBatch::of(kReadTexts, 0), plain());
  for (int repeat = 0; repeat < 2; ++repeat) {
    for (size_t b = 0; b < kReadTexts.size(); ++b) {
      const auto row = static_cast<int64_t>(b);
      const auto alone = model->encode_layers(one_text(kReadTexts[b]), plain());
      for (size_t j = 0; j < alone.size(); ++j) {
        EXPECT_EQ(
            alone[j].values<float>(),
            slice(slice(together[j], 0, row, row + 1), 1, 0, std::ssize(kReadTexts[b])).values<float>());
      }
    }
  }
}

TEST(Bilm, TheBackwardNetworkIsAForwardOneOnTheReversedText) {
  const NoGrad off;
  for (const auto cell : {RecurrentCell::lstm, RecurrentCell::gru, RecurrentCell::tanh}) {
    const auto model = small_bilm(HeadKind::none, cell);
    std::map<std::string, Tensor> parameters;
    model->for_each_parameter(
        [&](const std::string& name, Tensor& parameter) { parameters[name] = parameter; });
    for (auto& [name, parameter] : parameters) {
      if (name.starts_with("backward.")) copy(parameters.at("forward." + name.substr(9)), parameter);
    }
    const std::vector<int64_t>& text = kReadTexts[0];
    const std::vector<int64_t> reversed(text.rbegin(), text.rend());
    const auto states = model->encode_layers(one_text(text), plain()).back();
    const auto mirrored = model->encode_layers(one_text(reversed), plain()).back();
    for (int64_t t = 0; t < std::ssize(text); ++t) {
      const Tensor here = slice(slice(states, 1, t, t + 1), 2, 4, 8);
      const int64_t there = std::ssize(text) - 1 - t;
      EXPECT_EQ(here.values<float>(), slice(slice(mirrored, 1, there, there + 1), 2, 0, 4).values<float>());
    }
  }
}

TEST(Bilm, ATaskMixesTheLayers) {
  const NoGrad off;
  const auto tagger = small_bilm(HeadKind::tagger);
  EXPECT_EQ(tagger->bidirectional_language_model(), nullptr);
  const TokenBatch batch = one_text(kReadTexts[0]);
  const auto layers = tagger->encode_layers(batch, plain());
  const double scale = 1.5;
  const std::vector<double> scores = {0.3, -1, 0.8};
  tagger->for_each_parameter([&](const std::string& name, Tensor& parameter) {
    if (name == "mix.scale") fill(parameter, scale);
    if (name != "mix.weights") return;
    for (size_t j = 0; j < scores.size(); ++j) parameter.data<float>()[j] = static_cast<float>(scores[j]);
  });
  const double sum = std::exp(0.3) + std::exp(-1) + std::exp(0.8);
  const std::vector<double> mixed = tagger->encode(batch, plain()).states.values();
  for (size_t i = 0; i < mixed.size(); ++i) {
    double expected = 0;
    for (size_t j = 0; j < scores.size(); ++j)
      expected += scale * std::exp(scores[j]) / sum * layers[j].values()[i];
    EXPECT_NEAR(mixed[i], expected, 1e-6);
  }
  EXPECT_EQ(tag(*tagger, batch, plain()).shape(), (Shape{1, 6, 3}));
}

TEST(Bilm, ADirectoryGivesBackWhatWasSaved) {
  for (const auto head : {HeadKind::none, HeadKind::classifier, HeadKind::tagger}) {
    const auto model = small_bilm(head);
    const TemporaryDirectory directory;
    save_model_files(*model, directory.path());
    const LoadedModel loaded = load_model(directory.path());
    EXPECT_THAT(loaded.warnings, IsEmpty());
    auto before = model->config().clone(), after = loaded.model->config().clone();
    EXPECT_EQ(fields_to_json(before->fields()), fields_to_json(after->fields()));
    const auto ours = parameters_of(*model), theirs = parameters_of(*loaded.model);
    ASSERT_EQ(ours.size(), theirs.size());
    for (size_t i = 0; i < ours.size(); ++i) {
      EXPECT_EQ(ours[i].first, theirs[i].first);
      EXPECT_EQ(ours[i].second.values<float>(), theirs[i].second.values<float>()) << ours[i].first;
    }
  }
}

}  // namespace
}  // namespace hodhod
