// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/windowed_lstm.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "hodhod/base/file.h"
#include "hodhod/base/testing.h"
#include "hodhod/models/description.h"
#include "hodhod/models/directory.h"
#include "hodhod/nn/initialisers.h"
#include "hodhod/nn/module.h"
#include "hodhod/nn/test_context.h"
#include "hodhod/ops/shape.h"
#include "hodhod/tensor/tape.h"

namespace hodhod {
namespace {

using Ids = std::vector<int64_t>;

WindowedLstmOptions small_windowed() {
  return {
      .vocabulary = 11, .context = 3, .width = 5, .hidden = 7, .layers = 2, .max_length = 32, .dropout = 0.1};
}

WindowedLstm made_windowed(const WindowedLstmOptions& options = small_windowed()) {
  WindowedLstm model{WindowedLstmConfig(options)};
  model.initialise(Rng(5), [](const std::string&) { return true; });
  return model;
}

Tensor windowed_logits(const WindowedLstm& model, const std::vector<Ids>& rows) {
  return model.logits({.target = TokenBatch::of(rows, 0)}, plain());
}

std::vector<float> row_of_windowed(const Tensor& logits, int64_t b, int64_t t) {
  const int64_t V = logits.dim(2);
  const float* from = logits.data<float>() + (b * logits.dim(1) + t) * V;
  return {from, from + V};
}

double sigmoid_of(double x) { return 1 / (1 + std::exp(-x)); }

// The equations of the header, in double precision.
std::vector<double> windowed_by_definition(WindowedLstm& model, const Ids& read) {
  std::map<std::string, std::vector<float>> w;
  for (const auto& [name, parameter] : parameters_of(model)) w[name] = parameter.values<float>();
  const WindowedLstmOptions& c = model.config().body;
  const auto H = static_cast<size_t>(c.hidden);
  std::vector<std::vector<double>> x, z;
  for (int64_t place = std::ssize(read) - c.context; place < std::ssize(read); ++place) {
    const int64_t id = place < 0 ? c.special.pad : read[static_cast<size_t>(place)];
    const auto row = w["embedding.weight"].begin() + id * c.width;
    x.emplace_back(row, row + c.width);
  }
  z = x;
  for (int64_t layer = 0; layer < c.layers; ++layer) {
    const std::string end = "_l" + std::to_string(layer);
    const auto &in = w.at("decoder.weight_ih" + end), &back = w.at("decoder.weight_hh" + end),
               &b1 = w.at("decoder.bias_ih" + end), &b2 = w.at("decoder.bias_hh" + end);
    std::vector<double> h(H), cell(H);
    for (size_t i = 0; i < x.size(); ++i) {
      std::vector<double> gates(4 * H);
      for (size_t g = 0; g < gates.size(); ++g) {
        gates[g] = b1[g] + b2[g];
        for (size_t j = 0; j < x[i].size(); ++j) gates[g] += in[g * x[i].size() + j] * x[i][j];
        for (size_t j = 0; j < H; ++j) gates[g] += back[g * H + j] * h[j];
      }
      for (size_t j = 0; j < H; ++j) {
        cell[j] = sigmoid_of(gates[H + j]) * cell[j] + sigmoid_of(gates[j]) * std::tanh(gates[2 * H + j]);
        h[j] = sigmoid_of(gates[3 * H + j]) * std::tanh(cell[j]);
      }
      x[i] = h;
      z[i].insert(z[i].end(), h.begin(), h.end());
    }
  }
  std::vector<double> weights, averaged(z[0].size());
  double total = 0;
  for (const auto& one : z) {
    double score = 0;
    for (size_t j = 0; j < one.size(); ++j) score += w.at("attention.weight")[j] * one[j];
    weights.push_back(std::exp(score));
    total += weights.back();
  }
  for (size_t i = 0; i < z.size(); ++i)
    for (size_t j = 0; j < averaged.size(); ++j) averaged[j] += weights[i] / total * z[i][j];
  std::vector<double> logits;
  for (int64_t v = 0; v < c.vocabulary; ++v) {
    logits.push_back(w.at("output_bias")[static_cast<size_t>(v)]);
    for (size_t j = 0; j < averaged.size(); ++j)
      logits.back() += w.at("output.weight")[static_cast<size_t>(v) * averaged.size() + j] * averaged[j];
  }
  return logits;
}

TEST(WindowedLstm, ComputesItsEquations) {
  WindowedLstm model = made_windowed();
  model.for_each_parameter([](const std::string& name, Tensor& parameter) {
    if (name.find("bias") != std::string::npos || name == "attention.weight")
      init_uniform(parameter, -1, 1, Rng(9));
  });
  const Ids text = {4, 10, 0, 3, 3, 7};
  const Tensor logits = windowed_logits(model, {text});
  for (size_t t = 0; t < text.size(); ++t) {
    const auto wanted =
        windowed_by_definition(model, {text.begin(), text.begin() + static_cast<std::ptrdiff_t>(t) + 1});
    const auto found = row_of_windowed(logits, 0, static_cast<int64_t>(t));
    for (size_t v = 0; v < wanted.size(); ++v) EXPECT_NEAR(found[v], wanted[v], 1e-5) << t << " " << v;
  }
}

TEST(WindowedLstm, ARowDependsOnItsLastTokensAlone) {
  for (const int64_t context : {1, 3, 40}) {
    WindowedLstmOptions options = small_windowed();
    options.context = context;
    const WindowedLstm model = made_windowed(options);
    EXPECT_EQ(model.reach(), context);
    const Ids one = {4, 10, 0, 3, 3, 7}, other = {9, 2, 0, 3, 3, 7};
    const Tensor alone = windowed_logits(model, {one}),
                 together = windowed_logits(model, {other, one, {1, 2}});
    for (int64_t t = 0; t < 6; ++t)
      EXPECT_EQ(row_of_windowed(alone, 0, t), row_of_windowed(together, 1, t)) << t;
    const bool same = row_of_windowed(together, 0, 5) == row_of_windowed(together, 1, 5);
    EXPECT_EQ(same, context <= 4);
  }
}

TEST(WindowedLstm, StepsGiveTheBitsOfTheWhole) {
  const WindowedLstm model = made_windowed();
  const std::vector<Ids> texts = {{4, 10, 0, 3, 3}, {1, 1, 2, 8, 9}, {5, 6, 7, 0, 10}};
  const Tensor whole = windowed_logits(model, texts);
  const std::vector<Prompt> first = {{.target = {4, 10}}, {.target = {1}}};
  const auto state = model.start(first, plain());
  const Tensor start = model.step(*state, Ids{10, 1}, plain());
  EXPECT_EQ(select(start, 0, 0).values<float>(), row_of_windowed(whole, 0, 1));
  EXPECT_EQ(select(start, 0, 1).values<float>(), row_of_windowed(whole, 1, 0));
  const std::vector<Prompt> late = {{.target = {5, 6, 7, 0}}};
  state->append(std::move(*model.start(late, plain())));
  const Tensor next = model.step(*state, Ids{0, 1, 0}, plain());
  EXPECT_EQ(select(next, 0, 0).values<float>(), row_of_windowed(whole, 0, 2));
  EXPECT_EQ(select(next, 0, 1).values<float>(), row_of_windowed(whole, 1, 1));
  EXPECT_EQ(select(next, 0, 2).values<float>(), row_of_windowed(whole, 2, 3));
  state->select(Ids{2, 0, 0});
  const Tensor last = model.step(*state, Ids{10, 3, 5}, plain());
  EXPECT_EQ(select(last, 0, 0).values<float>(), row_of_windowed(whole, 2, 4));
  EXPECT_EQ(select(last, 0, 1).values<float>(), row_of_windowed(whole, 0, 3));
  expect_error([&] { model.step(*state, Ids{10, 11, 5}, plain()); }, "11");
  const std::vector<Prompt> unknown = {{.target = {-1, 2}}};
  expect_error([&] { model.start(unknown, plain()); }, "token -1 is not one of the 11");
}

TEST(WindowedLstm, GradientsAreThoseOfDifferences) {
  WindowedLstm model = made_windowed();
  const SequenceBatch batch{.target = TokenBatch::of(std::vector<Ids>{{4, 10, 0, 3, 3}, {1, 2, 2}}, 0)};
  const Tensor labels = Tensor::from<int64_t>({10, 0, 3, 3, 7, 2, 2, 5, kIgnoreIndex, kIgnoreIndex}, {2, 5});
  const auto loss = [&] { return model.loss(batch, labels, {}, plain()); };
  set_requires_grad(model);
  backward(loss());
  for (auto& [name, parameter] : parameters_of(model)) {
    const Tensor gradient = parameter.grad();
    for (int64_t i = 0; i < parameter.numel(); i += std::max<int64_t>(1, parameter.numel() / 9)) {
      float& weight = parameter.data<float>()[i];
      const float before = weight;
      const auto at = [&](float value) {
        weight = value;
        const NoGrad off;
        return static_cast<double>(loss().item());
      };
      const double slope = (at(before + 0.01f) - at(before - 0.01f)) / 0.02;
      weight = before;
      EXPECT_NEAR(gradient.data<float>()[i], slope, 2e-3 * std::max(1.0, std::abs(slope)))
          << name << " " << i;
    }
  }
}

TEST(WindowedLstm, IsSavedAndLoaded) {
  const TemporaryDirectory directory;
  WindowedLstm model = made_windowed();
  save_model_files(model, directory.path(), Json::object(), {});
  const LoadedModel loaded = load_model(ModelDirectory::open(directory.path()), {});
  EXPECT_THAT(loaded.warnings, testing::IsEmpty());
  const SequenceBatch batch{.target = TokenBatch::of(std::vector<Ids>{{4, 10, 0}}, 0)};
  EXPECT_EQ(loaded.model->language_model()->logits(batch, plain()).values<float>(),
            model.logits(batch, plain()).values<float>());
  EXPECT_EQ(describe(model.config(), {.length = 8}).parameters,
            11 * 5 + 4 * 7 * (5 + 7 + 2) + 4 * 7 * (7 + 7 + 2) + 19 + 11 * 19 + 11);
  for (const auto& [key, value, said] : {std::tuple{"context_size", "0", "context"},
                                         {"context_size", "5000", "context"},
                                         {"hidden_size", "-1", "hidden"},
                                         {"num_hidden_layers", "1000000", "layers"},
                                         {"dropout", "1.5", "dropout"}}) {
    const std::string path = directory / "config.json";
    Json json = read_json(path);
    json[key] = parse_json(value, "value");
    const TemporaryDirectory other;
    other.put("config.json", format_json(json, 1));
    expect_error([&] { ModelDirectory::open(other.path()); }, said);
  }
}

}  // namespace
}  // namespace hodhod
