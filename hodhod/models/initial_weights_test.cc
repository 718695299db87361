// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/initial_weights.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "hodhod/models/test_models.h"
#include "hodhod/models/transformer_model.h"
#include "hodhod/nn/module.h"

namespace hodhod {
namespace {

std::map<std::string, std::vector<float>> weights_of(const TransformerModelConfig& config,
                                                     uint64_t seed = 5) {
  TransformerModel model(config, Rng(seed));
  std::map<std::string, std::vector<float>> weights;
  for (const auto& [name, tensor] : parameters_of(model)) weights[name] = tensor.values<float>();
  return weights;
}

double deviation(const std::vector<float>& values) {
  double sum = 0, squares = 0;
  for (float v : values) sum += v, squares += static_cast<double>(v) * v;
  const auto n = static_cast<double>(values.size());
  return std::sqrt(squares / n - sum / n * sum / n);
}

// A parameter draws from its own stream, so a further parameter in the model changes nothing.
TEST(InitialWeights, AParameterDoesNotDependOnTheOthers) {
  TransformerConfig config = small_config(TransformerShape::encoder_decoder);
  const auto one = weights_of(config);
  config.encoder_layers = 3;
  const auto other = weights_of(config);
  EXPECT_LT(one.size(), other.size());
  for (const auto& [name, values] : one) EXPECT_EQ(values, other.at(name)) << name;
  EXPECT_NE(weights_of(config, 6), other);
}

TEST(InitialWeights, DeviationsAreThoseOfThePapers) {
  TransformerConfig config = small_config(TransformerShape::decoder);
  config.norm_placement = NormPlacement::pre;
  config.positions = PositionKind::learned;
  for (const auto& [name, values] : weights_of(config)) {
    if (name.ends_with("norm.weight")) {
      EXPECT_EQ(values, std::vector<float>(values.size(), 1)) << name;
    }
    if (name.ends_with(".bias")) {
      EXPECT_EQ(values, std::vector<float>(values.size(), 0)) << name;
    }
    if (name.ends_with("query.weight")) {
      EXPECT_NEAR(deviation(values), 0.02, 0.002) << name;
    }
    if (name.ends_with("down.weight")) {  // √(2 · 2)
      EXPECT_NEAR(deviation(values), 0.01, 0.001) << name;
    }
    if (name.ends_with("position.weight")) {
      EXPECT_NEAR(deviation(values), 0.02, 0.002) << name;
    }
  }
  config.norm_placement = NormPlacement::post;
  const double bound = std::sqrt(6.0 / (36 + 70));
  for (const auto& [name, values] : weights_of(config)) {
    if (name.ends_with("up.weight")) {
      EXPECT_NEAR(deviation(values), bound / std::sqrt(3), 0.01) << name;
    }
  }
}

TEST(InitialWeights, PlacesAreLikeTheirNeighboursWhereWordsAreHidden) {
  TransformerConfig body = small_config(TransformerShape::encoder);
  body.positions = PositionKind::learned;
  TransformerModelConfig config(body, {.kind = HeadKind::masked_language_model});
  const auto cosine_of_neighbours = [&] {
    for (const auto& [name, values] : weights_of(config)) {
      if (!name.ends_with("position.weight")) continue;
      EXPECT_NEAR(deviation(values), 0.02, 0.006);
      double product = 0, squares = 0;
      for (size_t i = 0; i + 36 < values.size(); ++i) {
        product += values[i] * values[i + 36];
        squares += values[i] * values[i];
      }
      return product / squares;
    }
    return -1.0;
  };
  EXPECT_GT(cosine_of_neighbours(), 0.9);
  config.head = {.kind = HeadKind::classifier, .labels = 2};
  EXPECT_NEAR(cosine_of_neighbours(), 0, 0.1);
}

}  // namespace
}  // namespace hodhod
