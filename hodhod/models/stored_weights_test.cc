// SPDX-License-Identifier: Apache-2.0
// Weights: every tensor of a file is used, known to be harmless, or named in a warning; initial values are
// drawn only for parameters that the file lacks.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "hodhod/base/testing.h"
#include "hodhod/models/hf/test_directory.h"
#include "hodhod/nn/module.h"

namespace hodhod {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::map<std::string, std::vector<float>> values_of(Model& model) {
  std::map<std::string, std::vector<float>> values;
  for (const auto& [name, parameter] : parameters_of(model)) values[name] = parameter.values<float>();
  return values;
}

TEST(Weights, ThoseThatNothingIsMadeOfAreListed) {
  TestDirectory directory("gpt-tiny");
  directory.config()["n_layer"] = 1;
  EXPECT_THAT(directory.load().warnings, ElementsAre(AllOf(HasSubstr("12 of the file's tensors are not used"),
                                                           HasSubstr("transformer.h.1.attn.c_attn.weight"))));
}

TEST(Weights, MasksTablesAndHeadsOfOtherTasksAreHarmless) {
  TestDirectory gpt("gpt-tiny");
  gpt.add("transformer.h.0.attn.bias", Tensor::zeros({1, 1, 16, 16}));
  gpt.add("h.1.attn.masked_bias", Tensor::zeros({1}));
  gpt.add("lm_head.weight", gpt.weight("transformer.wte.weight"));
  EXPECT_THAT(gpt.load().warnings, IsEmpty());
  TestDirectory bert("bert-tiny");
  bert.add("bert.embeddings.position_ids", Tensor::zeros({1, 16}, DType::i64));
  bert.add("bert.pooler.dense.weight", Tensor::zeros({12, 12}));
  bert.add("cls.seq_relationship.weight", Tensor::zeros({2, 12}));
  bert.add("cls.predictions.decoder.bias", bert.weight("cls.predictions.bias"));
  EXPECT_THAT(bert.load().warnings, IsEmpty());
  bert.add("qa_outputs.weight", Tensor::zeros({2, 12}));
  EXPECT_THAT(bert.load().warnings, IsEmpty());
  bert.add("choices.weight", Tensor::zeros({2, 12}));
  EXPECT_THAT(bert.load().warnings, ElementsAre(HasSubstr("1 of the file's tensors is not used")));
}

TEST(Weights, AnOutputLayerThatDiffersFromTheTiedOneIsNamed) {
  TestDirectory directory("gpt-tiny");
  directory.add("lm_head.weight", Tensor::full({23, 12}, 0.5));
  EXPECT_THAT(directory.load().warnings,
              ElementsAre(AllOf(HasSubstr("lm_head.weight is not used"), HasSubstr("tie_word_embeddings"))));
  directory.config()["tie_word_embeddings"] = false;
  const auto loaded = directory.load();
  EXPECT_THAT(loaded.warnings, IsEmpty());
  EXPECT_EQ(head_as<LanguageHead>(*loaded.model)->output.weight.values<float>()[7], 0.5F);
}

// Some files hold a tied table only under the output layer's name.
TEST(Weights, ATiedTableIsFoundUnderEitherName) {
  TestDirectory directory("gpt-tiny");
  const auto before = directory.load();
  for (auto& [name, values] : directory.weights()) {
    if (name == "transformer.wte.weight") name = "lm_head.weight";
  }
  EXPECT_EQ(values_of(*directory.load().model), values_of(*before.model));
}

TEST(Weights, OnlyNumbersWithAFractionAreWeights) {
  for (const DType type : {DType::i64, DType::i32, DType::u8}) {
    TestDirectory directory("gpt-tiny");
    directory.weight("transformer.ln_f.bias") = Tensor::zeros({12}, type);
    EXPECT_THAT(error_of([&] { directory.load(); }), HasSubstr("tensor transformer.ln_f.bias is of type"));
  }
  for (const DType type : {DType::f64, DType::f16, DType::bf16}) {
    TestDirectory directory("gpt-tiny");
    directory.weight("transformer.ln_f.bias") = Tensor::full({12}, 0.25, type);
    EXPECT_EQ(values_of(*directory.load().model)["decoder.final_norm.bias"], std::vector<float>(12, 0.25F));
  }
}

TEST(Weights, OnlyWhatIsMissingIsDrawnAndAsInANewModel) {
  TestDirectory directory("bert-tiny");
  ModelDirectory opened = ModelDirectory::open(directory.write());
  opened.config->head = {.kind = HeadKind::classifier, .labels = 3};
  EXPECT_THAT(error_of([&] { load_model(opened); }), HasSubstr("the weights lack"));
  const auto loaded = load_model(opened, {.allow_missing = true, .seed = 9});
  EXPECT_THAT(loaded.missing, testing::UnorderedElementsAre("pooler.weight", "pooler.bias",
                                                            "classifier.weight", "classifier.bias"));
  const auto fresh = make_model(*opened.config, Rng(9));
  const auto ours = values_of(*loaded.model), drawn = values_of(*fresh);
  EXPECT_EQ(ours.at("pooler.weight"), drawn.at("pooler.weight"));
  EXPECT_EQ(ours.at("classifier.weight"), drawn.at("classifier.weight"));
  EXPECT_EQ(ours.at("embedding.weight"),
            directory.weight("bert.embeddings.word_embeddings.weight").values<float>());
  EXPECT_THAT(loaded.warnings, IsEmpty());
}

// Shapes are compared before memory is allocated: no machine has memory for this model.
TEST(Weights, AConfigurationThatIsLargerThanTheFileTakesNoMemory) {
  TestDirectory directory("gpt-tiny");
  directory.config()["vocab_size"] = 1 << 26;
  directory.config()["n_inner"] = 1 << 22;
  directory.config()["n_layer"] = 1000;
  EXPECT_THAT(error_of([&] { directory.load(); }),
              HasSubstr("has shape [23, 12] where the configuration asks for"));
}

TEST(Weights, ScoresOfGpt2AreScaledByLayer) {
  TestDirectory scaled("gpt-tiny"), folded("gpt-tiny");
  scaled.config()["scale_attn_by_inverse_layer_idx"] = true;
  scaled.config()["scale_attn_weights"] = false;
  // The same factors in the weights of the queries: the head size is 6; the second layer's scores are halved.
  for (int layer = 0; layer < 2; ++layer) {
    const double factor = std::sqrt(6.0) / (layer + 1);
    for (const char* kind : {"weight", "bias"}) {
      Tensor& packed = folded.weight(fmt::format("transformer.h.{}.attn.c_attn.{}", layer, kind));
      for (int64_t i = 0; i < packed.numel(); ++i) {
        if (i % 36 < 12) packed.data<float>()[i] *= static_cast<float>(factor);
      }
    }
  }
  const auto states_of = [](const TestDirectory& directory) {
    Context context;
    const auto loaded = directory.load();
    EXPECT_THAT(loaded.warnings, IsEmpty());
    const std::vector<std::vector<int64_t>> rows = {{3, 1, 4, 1, 5, 9, 2, 6}};
    return loaded.model->encoder()->encode(TokenBatch::of(rows, 0), context).states.values();
  };
  const auto a = states_of(scaled), b = states_of(folded);
  for (size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], 1e-5);
}

TEST(Weights, MarianMayBeUnevenAndUntied) {
  TransformerModelConfig config = TestDirectory::small("tiny");
  config.body.decoder_heads = 3;
  config.body.decoder_feed_forward = 28;
  config.body.decoder_layers = 1;
  config.body.tie_embeddings = false;
  TestDirectory directory(config);
  EXPECT_EQ(directory.config()["decoder_attention_heads"], 3);
  EXPECT_EQ(directory.config()["decoder_ffn_dim"], 28);
  EXPECT_EQ(directory.weight("model.decoder.layers.0.fc1.weight").shape(), (Shape{28, 12}));
  const auto loaded = directory.load();
  EXPECT_THAT(loaded.warnings, IsEmpty());
  const auto output = head_as<LanguageHead>(*loaded.model)->output.weight.values<float>();
  EXPECT_EQ(output, directory.weight("lm_head.weight").values<float>());
  EXPECT_NE(output, directory.weight("model.shared.weight").values<float>());
  EXPECT_EQ(as_transformer(loaded.model).config().body.sizes_of_decoder().head_size, 4);
}

}  // namespace
}  // namespace hodhod
