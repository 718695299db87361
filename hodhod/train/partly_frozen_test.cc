// SPDX-License-Identifier: Apache-2.0
#include "hodhod/train/partly_frozen.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "hodhod/base/testing.h"
#include "hodhod/models/adapters.h"
#include "hodhod/models/hf/test_directory.h"
#include "hodhod/models/registry.h"

namespace hodhod {
namespace {

using testing::Contains;
using testing::Not;

TEST(ParametersBelow, EndWhereTheLastLayersBegin) {
  TransformerModel model(TestDirectory::small("bert-tiny", HeadKind::classifier, 2), Rng(1));
  const auto below = parameters_below(model, 1);
  EXPECT_THAT(below, Contains("embedding.weight"));
  EXPECT_THAT(below, Contains("encoder.layer.0.feed_forward.down.bias"));
  EXPECT_THAT(below, Not(Contains("encoder.layer.1.self_attention.query.weight")));
  EXPECT_THAT(below, Not(Contains("classifier.weight")));
  EXPECT_THAT(parameters_below(model, 2), Not(Contains("encoder.layer.0.feed_forward.down.bias")));
  expect_error([&] { parameters_below(model, 3); }, "has 2 layers");
  expect_error([&] { parameters_below(model, 0); }, "give 1 to 2");
}

TEST(ParametersBelow, HoldTheEncoderOfAnEncoderDecoder) {
  TransformerModel model(TestDirectory::small("tiny"), Rng(1));
  const auto below = parameters_below(model, 1);
  EXPECT_THAT(below, Contains("encoder.layer.1.feed_forward.up.weight"));
  EXPECT_THAT(below, Contains("decoder.layer.0.cross_attention.key.weight"));
  EXPECT_THAT(below, Not(Contains("decoder.layer.1.cross_attention.key.weight")));
  // Of three of its four layers, one is the encoder's last.
  EXPECT_THAT(parameters_below(model, 3), Not(Contains("encoder.layer.1.feed_forward.up.weight")));
  EXPECT_THAT(parameters_below(model, 3), Contains("encoder.layer.0.feed_forward.up.weight"));
}

TEST(ParametersBelow, AreOfModelsWithAStackOfLayers) {
  const auto model = make_model(*model_preset("lstm-tiny"), Rng(1));
  expect_error([&] { parameters_below(*model, 1); }, "no stack of layers");
}

TEST(FrozenByAdapter, AreAllButTheAdapterAndWhatItBrings) {
  TransformerModel model(TestDirectory::small("bert-tiny", HeadKind::classifier, 2), Rng(1));
  const size_t whole = frozen_by_adapter(model, {}).size();
  ModelAdapter adapter{.config = attach_adapter(model, model_type_named("bert", "test"), {.rank = 1}, 1),
                       .trained = {"classifier.weight"}};
  const auto frozen = frozen_by_adapter(model, adapter);
  EXPECT_EQ(frozen.size(), whole - 1);
  EXPECT_THAT(frozen, Not(Contains("classifier.weight")));
  EXPECT_THAT(frozen, Contains("classifier.bias"));
  EXPECT_TRUE(std::none_of(frozen.begin(), frozen.end(), is_adapter_parameter));
}

}  // namespace
}  // namespace hodhod
