// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/windowed_lstm.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "hodhod/models/test_window_models.h"
#include "hodhod/nn/initialisers.h"

namespace hodhod {
namespace {

WindowedLstmOptions small_windowed() {
  return {
      .vocabulary = 11, .context = 3, .width = 5, .hidden = 7, .layers = 2, .max_length = 32, .dropout = 0.1};
}

WindowedLstm made_windowed(const WindowedLstmOptions& options = small_windowed()) {
  WindowedLstm model{WindowedLstmConfig(options)};
  model.initialise(Rng(5), [](const std::string&) { return true; });
  return model;
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
  const Tensor logits = window_logits(model, {text});
  for (size_t t = 0; t < text.size(); ++t) {
    const auto wanted =
        windowed_by_definition(model, {text.begin(), text.begin() + static_cast<std::ptrdiff_t>(t) + 1});
    const auto found = row_of_window(logits, 0, static_cast<int64_t>(t));
    for (size_t v = 0; v < wanted.size(); ++v) EXPECT_NEAR(found[v], wanted[v], 1e-5) << t << " " << v;
  }
}

TEST(WindowedLstm, ARowDependsOnItsLastTokensAlone) {
  for (const int64_t context : {1, 3, 40}) {
    WindowedLstmOptions options = small_windowed();
    options.context = context;
    expect_it_sees_its_last_tokens(made_windowed(options), context);
  }
}

TEST(WindowedLstm, StepsGiveTheBitsOfTheWhole) { expect_steps_give_the_bits_of_the_whole(made_windowed()); }

TEST(WindowedLstm, GradientsAreThoseOfDifferences) {
  WindowedLstm model = made_windowed();
  expect_gradients_of_differences(model);
}

TEST(WindowedLstm, IsSavedAndLoaded) {
  WindowedLstm model = made_windowed();
  expect_it_is_saved_and_loaded(model,
                                11 * 5 + 4 * 7 * (5 + 7 + 2) + 4 * 7 * (7 + 7 + 2) + 19 + 11 * 19 + 11);
}

}  // namespace
}  // namespace hodhod
