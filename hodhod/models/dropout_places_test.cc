// SPDX-License-Identifier: Apache-2.0
// Where models drop numbers in training, and that they do nowhere else.
#include <gtest/gtest.h>

#include <algorithm>

#include "hodhod/models/heads.h"
#include "hodhod/models/test_models.h"
#include "hodhod/models/transformer_model.h"
#include "hodhod/nn/initialisers.h"
#include "hodhod/nn/module.h"

namespace hodhod {
namespace {

double share_of_zeros(const Tensor& x) {
  const auto values = x.values<float>();
  return static_cast<double>(std::count(values.begin(), values.end(), 0.0f)) /
         static_cast<double>(values.size());
}

TEST(DropoutPlaces, AfterTheFinalNorm) {
  for (const bool after : {false, true}) {
    TransformerConfig config = small_config(TransformerShape::encoder);
    config.encoder_layers = 1;
    config.final_norm = true;
    config.dropout = 0.5;
    config.embedding_dropout = 0;
    config.final_dropout = after;
    const TransformerModel model(config, Rng(1));
    const TokenBatch tokens = TestBatch(config, 4, 12).source;
    for (const bool training : {false, true}) {
      Context context{.training = training, .rng = Rng(2)};
      const double zeros = share_of_zeros(model.encode(tokens, context).states);
      if (after && training) {
        EXPECT_GT(zeros, 0.4);
      } else {
        EXPECT_LT(zeros, 0.4);  // but for padding
      }
    }
  }
}

TEST(DropoutPlaces, BeforeAPooler) {
  for (const bool before : {false, true}) {
    ClassificationHead head{.pooler = Linear(4, 4),
                            .classifier = Linear(4, 4, false),
                            .dropout = 0.999,
                            .pooler_dropout = before};
    for (Linear* layer : {&*head.pooler, &head.classifier}) {
      fill(layer->weight, 0);
      for (int64_t i = 0; i < 4; ++i) layer->weight.data<float>()[5 * i] = 1;
    }
    fill(head.pooler->bias, 1);
    const HiddenStates states{Tensor::full({64, 1, 4}, 3), {}};
    Trace trace;
    Context context{.training = true, .rng = Rng(2), .trace = &trace};
    head(states, context);
    // What the pooler makes of zeros is tanh(1), and of threes tanh(4).
    const auto pooled = trace.at("pooled").tensor.values<float>();
    const auto low = std::count_if(pooled.begin(), pooled.end(), [](float value) { return value < 0.9f; });
    EXPECT_EQ(low > 200, before);
  }
}

TEST(DropoutPlaces, BeforeAnswers) {
  SpanHead head{.span = Linear(4, 2), .dropout = 0.5};
  fill(head.span.weight, 1);
  fill(head.span.bias, 0);
  const HiddenStates states{Tensor::full({8, 8, 4}, 1), {}};
  Context plain, training{.training = true, .rng = Rng(2)};
  for (const float value : head(states, plain).values<float>()) EXPECT_EQ(value, 4);
  const auto values = head(states, training).values<float>();
  EXPECT_GT(std::count_if(values.begin(), values.end(), [](float value) { return value != 4; }), 20);
}

}  // namespace
}  // namespace hodhod
