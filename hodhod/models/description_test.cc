// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/description.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hodhod/base/error.h"
#include "hodhod/models/registry.h"
#include "hodhod/models/test_models.h"
#include "hodhod/nn/module.h"
#include "hodhod/tensor/pool.h"
#include "hodhod/tensor/tape.h"

namespace hodhod {
namespace {

Description describe(const TransformerConfig& config, const DescribeOptions& options = {}) {
  return hodhod::describe(TransformerModelConfig(config), options);
}

int64_t parameters_of_preset(const char* name, const std::vector<const char*>& changes = {}) {
  TransformerModelConfig config(transformer_preset(name));
  for (const char* change : changes) config.change(change);
  return hodhod::describe(config, {.length = 8}).parameters;
}

// The counts published with the models.
TEST(Description, PublishedSizes) {
  EXPECT_EQ(parameters_of_preset("gpt2"), 124'439'808);
  EXPECT_EQ(parameters_of_preset("gpt2-medium"), 354'823'168);
  EXPECT_EQ(parameters_of_preset("gpt2-large"), 774'030'080);
  EXPECT_EQ(parameters_of_preset("gpt2-xl"), 1'557'611'200);
  // BERT's body with its pooler, and a classifier of two labels on it.
  EXPECT_EQ(parameters_of_preset("bert-base", {"head=classifier", "labels=2"}), 109'482'240 + 2 * 768 + 2);
  EXPECT_EQ(parameters_of_preset("bert-large", {"head=classifier", "labels=2"}), 335'141'888 + 2 * 1024 + 2);
  // Su et al. 2021: BERT without a table of positions, and 50,000 words.
  EXPECT_EQ(parameters_of_preset("roformer-base", {"head=none"}),
            109'482'240 - 590'592 + (50'000 - 30'522 - 512) * 768);
  EXPECT_EQ(parameters_of_preset("llama-7b"), 6'738'415'616);
  EXPECT_EQ(parameters_of_preset("llama-13b"), 13'015'864'320);
  EXPECT_EQ(parameters_of_preset("llama-70b"), 68'976'648'192);
  // Rounded in the papers: 65M and 213M (Vaswani et al. 2017, table 3), 175B (Brown et al. 2020,
  // table 2.1).
  EXPECT_NEAR(static_cast<double>(parameters_of_preset("transformer-base")), 65e6, 3e6);
  EXPECT_NEAR(static_cast<double>(parameters_of_preset("transformer-big")), 213e6, 3e6);
  EXPECT_NEAR(static_cast<double>(parameters_of_preset("gpt3")), 175e9, 0.5e9);
}

TEST(Description, CountsWhatTheBuiltModelHas) {
  std::vector<TestModel> models = test_models();
  for (const char* name : {"bert-tiny", "roformer-tiny", "gpt-tiny"})
    models.push_back({name, transformer_preset(name)});
  for (const TestModel& tested : models) {
    TransformerModel model(tested.config, Rng(1));
    const Description description = describe(tested.config);
    EXPECT_EQ(description.parameters, parameter_count(model)) << tested.name;
    int64_t sum = 0;
    for (const LayerDescription& layer : description.layers) sum += layer.parameters;
    EXPECT_EQ(sum, description.parameters) << tested.name;
  }
}

// A model that takes texts of any length is described for a usual one, and topics have no steps.
TEST(Description, ModelsWithoutALongestLength) {
  EXPECT_EQ(hodhod::describe(*model_preset("ngram")).length, 128);
  EXPECT_EQ(hodhod::describe(*model_preset("tfidf")).length, 128);
  const Description topics = hodhod::describe(*model_preset("lda"), {.length = 8});
  EXPECT_EQ(topics.forward_flops, 0);
  EXPECT_FALSE(topics.trains());
}

// By the formulas of Kaplan et al. (2020), table 1, but causal attention counts only the keys that are seen.
TEST(Description, OperationsOfADecoder) {
  const TransformerConfig config = transformer_preset("gpt2");
  const double layers = 12, width = 768, length = 1024, vocabulary = 50257;
  const Description description = describe(config, {.batch = 3});
  const double products = 2 * layers * 12 * width * width, output = 2 * vocabulary * width;
  const double attention = 2 * 2 * layers * width * (length + 1) / 2;
  EXPECT_NEAR(description.forward_flops_per_token(), products + output + attention, 1);
  EXPECT_EQ(description.training_flops_per_token(), 3 * description.forward_flops_per_token());
}

// A layer's inside is computed three times and once more, and no longer kept.
TEST(Description, LayersThatAreComputedAgain) {
  const TransformerConfig config = transformer_preset("gpt2");
  const Description kept = describe(config, {.batch = 2, .length = 256}),
                    again = describe(config, {.batch = 2, .length = 256, .recompute = true});
  const double output = 2.0 * 50257 * 768;
  EXPECT_NEAR(again.training_flops_per_token(), 4 * kept.forward_flops_per_token() - output, 1);
  EXPECT_LT(again.activations, 0.6 * kept.activations);
  EXPECT_EQ(again.forward_flops, kept.forward_flops);
  EXPECT_THROW(hodhod::describe(*model_preset("lstm-small"), {.recompute = true}), Error);
}

// Each step includes the work that leads to it, even if it is done earlier: the keys of cross-attention are
// computed before the block. Tied embeddings count once. A parameter that no gradient reaches is a constant.
TEST(Description, EachStepHasItsOwnWork) {
  TransformerConfig config = small_config(TransformerShape::encoder_decoder);
  config.output_bias = true;
  const double products = 2.0 * 3 * 7;  // per weight, for 3 rows of 7 tokens
  const Description description = describe(config, {.batch = 3, .length = 7});
  const auto step = [&](const std::string& stack, int64_t layer, const std::string& name) {
    for (const LayerDescription& row : description.layers) {
      if (row.stack == stack && row.layer == layer && row.name == name) return row;
    }
    ADD_FAILURE() << "no " << stack << " " << layer << " " << name;
    return LayerDescription();
  };
  const LayerDescription keys = step("decoder", 1, "cross_attention.keys");
  EXPECT_EQ(keys.component, "attention");
  EXPECT_EQ(keys.flops, products * 36 * 36);
  EXPECT_EQ(keys.parameters, 36 * 36 + 36);
  EXPECT_EQ(keys.in, (std::vector<int64_t>{3, 7, 36}));
  EXPECT_EQ(keys.out, (std::vector<int64_t>{3, 7, 3, 12}));
  EXPECT_EQ(step("decoder", 1, "cross_attention.heads").flops, 2.0 * 2 * 3 * 7 * 7 * 36);
  EXPECT_EQ(step("encoder", 0, "feed_forward.up").flops, products * 36 * 70);
  EXPECT_EQ(step("encoder", 0, "feed_forward.hidden").flops, 0);
  EXPECT_EQ(step("encoder", 0, "feed_forward.output").parameters, 36 * 70 + 36);
  EXPECT_EQ(step("encoder", 0, "feed_forward.norm").parameters, 2 * 36);
  EXPECT_EQ(step("", -1, "logits").flops, products * 36 * 61);
  EXPECT_EQ(step("", -1, "logits").parameters, 0);
  EXPECT_TRUE(step("", -1, "logits").shared);
  EXPECT_TRUE(step("", -1, "decoder.embedding.tokens").shared);
  EXPECT_EQ(step("", -1, "output_bias").component, "constant");
  EXPECT_EQ(step("", -1, "output_bias").parameters, 61);
  int64_t kept = 0;
  for (const LayerDescription& row : description.layers) kept += row.kept;
  EXPECT_GT(kept, 0);
  EXPECT_LT(kept, description.activations);
}

TEST(Description, AWindowAndAnEncoderSeeOtherKeys) {
  TransformerConfig config = small_config(TransformerShape::decoder);
  config.decoder_layers = 1;
  const auto of_attention = [&](const TransformerConfig& c) {
    double flops = 0;
    for (const LayerDescription& layer : describe(c, {.length = 10}).layers) {
      if (layer.name == "self_attention.heads") flops += layer.flops;
    }
    return flops / (4.0 * static_cast<double>(c.width));
  };
  EXPECT_EQ(of_attention(config), 55);
  config.window = 3;
  EXPECT_EQ(of_attention(config), 1 + 2 + 8 * 3);
  config.shape = TransformerShape::encoder;
  config.encoder_layers = 1;
  EXPECT_EQ(of_attention(config), 10 * 5 - 2 * (1 + 2));
  config.window = 0;
  EXPECT_EQ(of_attention(config), 100);
}

// Compared with the memory that a real training step takes.
TEST(Description, MemoryOfATrainingStep) {
#if defined(__SANITIZE_ADDRESS__)
  GTEST_SKIP() << "with the address sanitizer the pool hands out the system's memory, uncounted";
#endif
  for (TestModel tested : test_models()) {
    TransformerConfig& config = tested.config;
    config.width = 72;
    config.feed_forward = 288;
    config.activation_dropout = 0;
    const TestBatch batch(config, 16, config.max_length - 2);
    TransformerModel model(config, Rng(1));
    set_requires_grad(model);
    const auto step = [&] {
      Context context{.training = true, .rng = Rng(1)};
      backward(test_loss(model, batch, context));
    };
    step();  // makes the gradients
    const int64_t before = pool::statistics().in_use;
    pool::reset_peak();
    step();
    const auto measured = static_cast<double>(pool::statistics().peak - before);
    // In TestBatch, the source of an encoder–decoder is two tokens longer than its target. describe() gives
    // both the same length.
    const int64_t length = config.max_length - (config.has_encoder() ? 1 : 2);
    const auto described = static_cast<double>(describe(config, {.batch = 16, .length = length}).activations);
    EXPECT_NEAR(described / measured, 1, 0.005) << tested.name << ": " << measured;
  }
}

TEST(Description, IsMadeWithoutMemory) {
  pool::reset_peak();
  const int64_t before = pool::statistics().peak;
  const Description description = describe(transformer_preset("gpt3"));
  EXPECT_LT(pool::statistics().peak - before, 4 << 20);  // the tape's nodes; the weights are 700 GB
  EXPECT_EQ(description.layers.size(), 4 + 96 * 14 + 3);
}

TEST(Description, OptionsOutOfRangeAreRefused) {
  const TransformerConfig config = transformer_preset("gpt2");
  EXPECT_THROW(describe(config, {.batch = 0}), Error);
  EXPECT_THROW(describe(config, {.length = 1025}), Error);
  TransformerConfig bad = config;
  bad.heads = 7;
  EXPECT_THROW(describe(bad), Error);
  TransformerModelConfig changed(config);
  EXPECT_THROW(changed.change("heads"), Error);
  EXPECT_THROW(changed.change("haeds=3"), Error);
}

}  // namespace
}  // namespace hodhod
