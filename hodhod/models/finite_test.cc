// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/finite.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <utility>

#include "hodhod/base/testing.h"
#include "hodhod/models/test_models.h"
#include "hodhod/nn/module.h"

namespace hodhod {
namespace {

TEST(Finite, ValuesOfEachKind) {
  TransformerModel model(small_config(TransformerShape::decoder), Rng(1));
  model.set_name("my/model");
  const auto checked = [&](float value) {
    return error_of([&] {
      check_finite(model, Tensor::from(std::vector<float>{1, value, 2}, {3}), "logits");
    });
  };
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  for (const float value :
       {0.0f, -3.5f, std::numeric_limits<float>::max(), std::numeric_limits<float>::denorm_min()})
    EXPECT_EQ(checked(value), "no error");
  for (const float value : {kInfinity, -kInfinity, std::numeric_limits<float>::quiet_NaN()})
    EXPECT_THAT(checked(value), testing::StartsWith("my/model: its logits are not finite"));
}

// A single NaN in any weight that every token uses makes decoding fail. (An infinite weight may vanish in a
// softmax.)
TEST(Finite, ABadWeightReachesTheLogits) {
  for (const auto shape : {TransformerShape::decoder, TransformerShape::encoder_decoder}) {
    TransformerModel model(small_config(shape), Rng(1));
    for (const auto& [name, parameter] : parameters_of(model)) {
      // A look-up reads only some rows of a table. In other weights the first number affects every state.
      if (name.find("embedding") != std::string::npos || name.find("position") != std::string::npos) continue;
      const Tensor weight = parameter;
      const float kept = std::exchange(weight.data<float>()[0], std::numeric_limits<float>::quiet_NaN());
      const std::string error = error_of([&] {
        Context context;
        const std::vector<Prompt> prompts{{.source = {.tokens = {3, 4}}, .target = {1}}};
        const auto state = model.start(prompts, context);
        model.step(*state, std::vector<int64_t>{1}, context);
      });
      weight.data<float>()[0] = kept;
      EXPECT_THAT(error, testing::HasSubstr("logits are not finite")) << name;
    }
  }
}

}  // namespace
}  // namespace hodhod
