// SPDX-License-Identifier: Apache-2.0
// BART, mBART, T5 and mT5: what their settings mean, and what is refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hodhod/base/testing.h"
#include "hodhod/io/tensor_file.h"
#include "hodhod/models/directory.h"
#include "hodhod/models/hf/family.h"
#include "hodhod/models/hf/test_directory.h"
#include "hodhod/models/registry.h"
#include "hodhod/nn/test_context.h"
#include "hodhod/tensor/tape.h"

namespace hodhod {
namespace {

using kernels::Activation;
using testing::HasSubstr;
using testing::IsEmpty;

TransformerModelConfig read_pair_config(const hf::Family& family, const Json& changes) {
  Json json = {{"vocab_size", 40}, {"d_model", 16}};
  for (const auto& [key, value] : changes.items()) json[key] = value;
  std::vector<std::string> warnings;
  TransformerModelConfig config = hf::read_config(family, json, "config.json", warnings);
  EXPECT_THAT(warnings, IsEmpty());
  return config;
}

std::string error_of_pair(const hf::Family& family, const Json& changes) {
  return error_of([&] { read_pair_config(family, changes); });
}

TEST(EncoderDecoders, SettingsOfOldReleasesAgreeWithTheFamily) {
  const Json bart = {{"normalize_before", false},
                     {"add_final_layer_norm", false},
                     {"normalize_embedding", true},
                     {"extra_pos_embeddings", 2},
                     {"static_position_embeddings", false}};
  EXPECT_EQ(read_pair_config(hf::bart(), bart).body.norm_placement, NormPlacement::post);
  EXPECT_THAT(error_of_pair(hf::mbart(), bart), HasSubstr("normalize_before"));
  EXPECT_THAT(error_of_pair(hf::bart(), {{"add_final_layer_norm", true}}), HasSubstr("add_final_layer_norm"));
  EXPECT_THAT(error_of_pair(hf::bart(), {{"static_position_embeddings", true}}),
              HasSubstr("static_position_embeddings"));
  EXPECT_THAT(error_of_pair(hf::bart(), {{"encoder_layers", 2000}}), HasSubstr("encoder_layers: expected"));
}

// M2M100Config's defaults, and NLLB's settings.
TEST(EncoderDecoders, LanguagesOfNllb) {
  const TransformerConfig usual = read_pair_config(hf::m2m100(), Json::object()).body;
  EXPECT_EQ(usual.norm_placement, NormPlacement::pre);
  EXPECT_TRUE(usual.final_norm && usual.scale_embedding && usual.tie_embeddings);
  EXPECT_FALSE(usual.embedding_norm || usual.output_bias);
  EXPECT_EQ(usual.activation, Activation::relu);
  EXPECT_EQ(usual.position_offset, 2);
  EXPECT_EQ(read_pair_config(hf::m2m100(), {{"pad_token_id", 0}}).body.position_offset, 1);
  for (const int64_t pad : {INT64_MAX, INT64_MIN, int64_t{-2}})
    EXPECT_THAT(error_of_pair(hf::m2m100(), {{"pad_token_id", pad}}), HasSubstr("pad_token_id: expected"));
  EXPECT_EQ(usual.special.decoder_start, 2);
  const TransformerModelConfig config = read_pair_config(hf::m2m100(), {{"encoder_attention_heads", 4},
                                                                        {"decoder_attention_heads", 2},
                                                                        {"encoder_layers", 1},
                                                                        {"decoder_layers", 2},
                                                                        {"encoder_ffn_dim", 24},
                                                                        {"decoder_ffn_dim", 32},
                                                                        {"max_position_embeddings", 30},
                                                                        {"num_hidden_layers", 1},
                                                                        {"dropout", 0.1},
                                                                        {"encoder_layerdrop", 0},
                                                                        {"pad_token_id", 1}});
  EXPECT_EQ(&config.type(nullptr), find_model_type("m2m_100"));
  const auto model = make_model(config, Rng(3));
  const TemporaryDirectory directory;
  save_model_files(*model, directory.path());
  const LoadedModel loaded = load_model(ModelDirectory::open(directory.path()));
  EXPECT_THAT(loaded.warnings, IsEmpty());
  std::vector<std::string> names;
  const TensorFile file(directory / "model.safetensors");
  for (const TensorEntry& entry : file.entries()) names.push_back(entry.name);
  for (const char* name :
       {"model.shared.weight", "model.encoder.layers.0.self_attn_layer_norm.weight",
        "model.decoder.layers.1.encoder_attn.out_proj.bias", "model.decoder.layer_norm.bias",
        "model.encoder.layers.0.final_layer_norm.weight", "model.decoder.layers.0.fc2.weight"})
    EXPECT_THAT(names, testing::Contains(name));
  for (const std::string& name : names) EXPECT_EQ(name.find("embed_positions"), name.npos) << name;
  const SequenceBatch batch{.source = TokenBatch::of(std::vector<std::vector<int64_t>>{{5, 6, 7, 2}}, 1),
                            .target = TokenBatch::of(std::vector<std::vector<int64_t>>{{2, 9, 8}}, 1)};
  const NoGrad off;
  const auto logits = [&](const Model& one) {
    return one.sequence_to_sequence()->logits(batch, plain()).values<float>();
  };
  EXPECT_EQ(logits(*loaded.model), logits(*model));
}

TEST(EncoderDecoders, TheFeedForwardNetworkOfT5IsNamedInOneWord) {
  const auto body = [](const hf::Family& family, const Json& changes) {
    return read_pair_config(family, changes).body;
  };
  const auto plain_relu = body(hf::t5(), Json::object());
  EXPECT_FALSE(plain_relu.gated);
  EXPECT_EQ(plain_relu.activation, Activation::relu);
  const auto gelu = body(hf::t5(), {{"feed_forward_proj", "gated-gelu"}});
  EXPECT_TRUE(gelu.gated);
  EXPECT_EQ(gelu.activation, Activation::gelu_tanh);
  EXPECT_EQ(body(hf::t5(), {{"feed_forward_proj", "gelu"}}).activation, Activation::gelu);
  EXPECT_EQ(body(hf::t5(), {{"feed_forward_proj", "gated-silu"}}).activation, Activation::silu);
  // The activation itself wins over the word.
  EXPECT_EQ(body(hf::t5(), {{"feed_forward_proj", "gated-gelu"}, {"dense_act_fn", "gelu"}}).activation,
            Activation::gelu);
  EXPECT_TRUE(body(hf::mt5(), Json::object()).gated);
  EXPECT_FALSE(body(hf::mt5(), Json::object()).tie_embeddings);
  EXPECT_THAT(error_of_pair(hf::t5(), {{"feed_forward_proj", "gated-mish"}}),
              HasSubstr("config.json: feed_forward_proj: activation 'mish'"));
}

TEST(EncoderDecoders, DepthAndLengthOfT5) {
  const auto body = [](const Json& changes) { return read_pair_config(hf::t5(), changes).body; };
  EXPECT_EQ(body({{"num_layers", 3}}).decoder_layers, 3);
  EXPECT_EQ(body({{"num_layers", 3}, {"num_decoder_layers", 2}}).decoder_layers, 2);
  EXPECT_EQ(body({{"n_positions", 512}}).max_length, 512);
  EXPECT_GE(body(Json::object()).max_length, 1 << 20);
  EXPECT_THAT(error_of_pair(hf::t5(), {{"num_decoder_layers", -1}}),
              HasSubstr("num_decoder_layers: expected"));
  EXPECT_THAT(error_of_pair(hf::t5(), {{"is_encoder_decoder", false}}), HasSubstr("is_encoder_decoder"));
}

TEST(EncoderDecoders, T5MayBeAnEncoderAlone) {
  TestDirectory directory("t5-small");
  const Json architectures = Json::array({"T5EncoderModel"});
  directory.config()["architectures"] = architectures;
  std::erase_if(directory.weights(), [](const auto& weight) { return weight.first.starts_with("decoder."); });
  const LoadedModel loaded = directory.load();
  EXPECT_THAT(loaded.warnings, IsEmpty());
  EXPECT_EQ(as_transformer(loaded.model).config().body.shape, TransformerShape::encoder);
  EXPECT_EQ(loaded.model->sequence_to_sequence(), nullptr);
  const TemporaryDirectory saved;
  save_model_files(*loaded.model, saved.path());
  EXPECT_EQ(read_json(saved / "config.json").at("architectures"), architectures);
  EXPECT_NO_THROW(load_model(saved.path()));
}

TEST(EncoderDecoders, WithATiedOutputLayerAloneT5ScalesStates) {
  const NoGrad off;
  TransformerModelConfig config = TestDirectory::small("t5-small");
  const auto logits_of = [&](const TransformerModelConfig& own) {
    TransformerModel model(own, Rng(2));
    model.for_each_parameter([&](const std::string& name, Tensor& parameter) {
      if (name == "output.weight") copy(model.embedding_table(), parameter);
    });
    const TokenBatch tokens = TokenBatch::of(std::vector<std::vector<int64_t>>{{3, 4, 5}}, 0);
    return model.logits({.source = tokens, .target = tokens}, plain()).values();
  };
  // Rows of the embedding are drawn with another deviation if it is not the output layer.
  const auto tied = logits_of(config);
  config.body.scale_output = false;
  const auto unscaled = logits_of(config);
  ASSERT_EQ(tied.size(), unscaled.size());
  EXPECT_NE(tied, unscaled);
  EXPECT_THAT(error_of([&] { check_storable(config); }), HasSubstr("scale_output"));
  config.body.tie_embeddings = false;
  EXPECT_NO_THROW(check_storable(config));
}

// The state that is classified is that of the last end of sequence: nothing behind it counts.
TEST(EncoderDecoders, BartClassifiesTheTextUpToItsLastEnd) {
  const NoGrad off;
  const TransformerModel model(TestDirectory::small("bart-base", HeadKind::classifier, 3), Rng(4));
  const int64_t end = model.config().special().eos;
  const auto logits_of = [&](const std::vector<std::vector<int64_t>>& rows) {
    return classify(model, TokenBatch::of(rows, 1), plain()).values<float>();
  };
  const auto alone = logits_of({{0, 7, 8, end}});
  EXPECT_EQ(alone.size(), 3u);
  const auto both = logits_of({{0, 7, 8, end}, {0, 9, end, 9, 6, 5, end}});
  EXPECT_TRUE(std::equal(alone.begin(), alone.end(), both.begin()));
  EXPECT_NE(alone, logits_of({{0, 8, 7, end}}));
}

}  // namespace
}  // namespace hodhod
