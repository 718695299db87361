// SPDX-License-Identifier: Apache-2.0
#include "hodhod/look/transformer_view.h"

#include <gtest/gtest.h>

#include "hodhod/models/test_models.h"
#include "hodhod/models/transformer_model.h"
#include "hodhod/tensor/tape.h"

namespace hodhod::look {
namespace {

TEST(TransformerView, EachLayerHasItsOwnWindow) {
  TransformerConfig body = transformer_preset("gpt-tiny");
  body.window = 5;
  body.full_every = 2;
  const TransformerModelConfig config(body);
  const Visible some = visible_cells(config, "decoder.layer.2.self_attention.scores"),
                all = visible_cells(config, "decoder.layer.3.self_attention.probabilities");
  EXPECT_EQ(some.left, 4);
  EXPECT_EQ(some.right, 0);
  EXPECT_EQ(all.left, -1);
  EXPECT_EQ(all.right, 0);
  EXPECT_TRUE(visible_cells(config, "decoder.layer.2.output").all());
}

// Outside of what is said to be visible, every weight of the trace is zero; and what is said is no larger
// than it has to be: in each row the first and the last visible cell have weight.
TEST(TransformerView, WeightsAreZeroWhereNothingIsVisible) {
  const NoGrad off;
  for (TestModel tested : test_models()) {
    if (tested.config.window > 0) {
      tested.config.decoder_layers = 3;
      tested.config.full_every = 2;
    }
    const TransformerModel model(tested.config, Rng(1));
    TestBatch batch(tested.config, 1, 9);
    Trace trace;
    Context context{.trace = &trace};
    model.logits(sequence_batch(model, batch), context);
    for (const Trace::Entry& entry : trace.entries()) {
      if (!entry.name.ends_with("attention.probabilities")) continue;
      const Visible visible = visible_cells(model.config(), entry.name);
      const int64_t times = entry.tensor.dim(2), keys = entry.tensor.dim(3);
      const auto weights = entry.tensor.values<float>();
      for (int64_t row = 0; row < entry.tensor.dim(1) * times; ++row) {
        const int64_t begin = visible.begin(row % times, keys), end = visible.end(row % times, keys);
        for (int64_t s = 0; s < keys; ++s) {
          const float weight = weights[static_cast<size_t>(row * keys + s)];
          if (s < begin || s >= end) {
            EXPECT_EQ(weight, 0) << tested.name << " " << entry.name;
          }
          if (s == begin || s + 1 == end) {
            EXPECT_GT(weight, 0) << tested.name << " " << entry.name;
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace hodhod::look
