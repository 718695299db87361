// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/feed_forward_lm.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "hodhod/models/test_window_models.h"
#include "hodhod/nn/initialisers.h"

namespace hodhod {
namespace {

FeedForwardLmOptions small_nnlm() {
  return {
      .vocabulary = 11, .context = 3, .width = 5, .hidden = 7, .layers = 2, .max_length = 32, .dropout = 0.1};
}

FeedForwardLm made_nnlm(const FeedForwardLmOptions& options = small_nnlm()) {
  FeedForwardLm model{FeedForwardLmConfig(options)};
  model.initialise(Rng(5), [](const std::string&) { return true; });
  return model;
}

// The equations of the header, in double precision.
std::vector<double> by_definition(FeedForwardLm& model, const Ids& read) {
  std::map<std::string, std::vector<float>> w;
  for (const auto& [name, parameter] : parameters_of(model)) w[name] = parameter.values<float>();
  const FeedForwardLmOptions& c = model.config().body;
  std::vector<double> x;
  for (int64_t place = std::ssize(read) - c.context; place < std::ssize(read); ++place) {
    for (int64_t j = 0; j < c.width; ++j) {
      const auto at =
          place < 0 ? size_t{0} : static_cast<size_t>(read[static_cast<size_t>(place)] * c.width + j);
      x.push_back(place < 0 ? 0 : w["embedding.weight"][at]);
    }
  }
  const auto linear = [&](const std::string& weight, const std::string& bias, int64_t out) {
    std::vector<double> y;
    for (int64_t o = 0; o < out; ++o) {
      double sum = w.at(bias)[static_cast<size_t>(o)];
      for (size_t i = 0; i < x.size(); ++i) sum += x[i] * w.at(weight)[static_cast<size_t>(o) * x.size() + i];
      y.push_back(sum);
    }
    return y;
  };
  for (int64_t layer = 0; layer < c.layers; ++layer) {
    const std::string name = "decoder.layer." + std::to_string(layer);
    x = linear(name + ".weight", name + ".bias", c.hidden);
    for (double& value : x) value = std::tanh(value);
  }
  return linear("output.weight", "output_bias", c.vocabulary);
}

TEST(FeedForwardLm, ComputesItsEquations) {
  FeedForwardLm model = made_nnlm();
  model.for_each_parameter([](const std::string& name, Tensor& parameter) {
    if (name.ends_with("bias")) init_uniform(parameter, -1, 1, Rng(9));
  });
  const Ids text = {4, 10, 0, 3, 3, 7};
  const Tensor logits = window_logits(model, {text});
  for (size_t t = 0; t < text.size(); ++t) {
    const auto wanted =
        by_definition(model, {text.begin(), text.begin() + static_cast<std::ptrdiff_t>(t) + 1});
    const auto found = row_of_window(logits, 0, static_cast<int64_t>(t));
    for (size_t v = 0; v < wanted.size(); ++v) EXPECT_NEAR(found[v], wanted[v], 1e-5) << t << " " << v;
  }
}

TEST(FeedForwardLm, ARowDependsOnItsLastTokensAlone) {
  for (const int64_t context : {1, 3, 40}) {
    FeedForwardLmOptions options = small_nnlm();
    options.context = context;
    expect_it_sees_its_last_tokens(made_nnlm(options), context);
  }
}

TEST(FeedForwardLm, StepsGiveTheBitsOfTheWhole) { expect_steps_give_the_bits_of_the_whole(made_nnlm()); }

TEST(FeedForwardLm, GradientsAreThoseOfDifferences) {
  FeedForwardLm model = made_nnlm();
  expect_gradients_of_differences(model);
}

TEST(FeedForwardLm, IsSavedAndLoaded) {
  FeedForwardLm model = made_nnlm();
  expect_it_is_saved_and_loaded(model, 11 * 5 + 15 * 7 + 7 + 7 * 7 + 7 + 11 * 7 + 11);
}

}  // namespace
}  // namespace hodhod
