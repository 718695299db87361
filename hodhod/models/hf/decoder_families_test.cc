// SPDX-License-Identifier: Apache-2.0
// Families of decoders: the forms that their settings describe, how these are written back, and tensors that
// are packed by head.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "hodhod/base/testing.h"
#include "hodhod/models/description.h"
#include "hodhod/models/hf/family.h"
#include "hodhod/models/hf/test_directory.h"
#include "hodhod/nn/module.h"

namespace hodhod {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

// A family's model with small sizes: 3 layers of width 32 with 4 heads.
TransformerModelConfig small_decoder(const hf::Family& family) {
  TransformerModelConfig config(family.defaults());
  TransformerConfig& c = config.body;
  c.vocabulary = 23;
  c.width = 32;
  c.heads = 4;
  c.kv_heads = c.kv_heads > 1 ? 2 : c.kv_heads;
  c.head_size = c.head_size > 0 ? 6 : 0;
  c.decoder_layers = 3;
  c.feed_forward = 20;
  c.max_length = 16;
  c.window = c.window > 0 ? 3 : 0;
  c.special = {};
  return config;
}

struct FormOfDecoder {
  std::string name;
  const hf::Family* family;
  TransformerModelConfig config;
};
void PrintTo(const FormOfDecoder& one, std::ostream* out) { *out << one.name; }

std::vector<FormOfDecoder> decoder_forms() {
  std::vector<FormOfDecoder> forms;
  const auto add = [&](const std::string& name, const hf::Family& family, const auto& change) {
    forms.push_back({name, &family, small_decoder(family)});
    change(forms.back().config.body);
  };
  const auto as_it_is = [](TransformerConfig&) {};
  for (const hf::Family* family : {&hf::llama(), &hf::mistral(), &hf::qwen2(), &hf::qwen3(), &hf::gemma(),
                                   &hf::gemma2(), &hf::phi(), &hf::gpt_neox(), &hf::opt(), &hf::falcon()})
    add(std::string(family->model_type), *family, as_it_is);
  add("qwen2_windows_above", hf::qwen2(), [](TransformerConfig& c) { c.window = 3, c.window_from = 1; });
  add("qwen3_biases", hf::qwen3(), [](TransformerConfig& c) { c.attention_bias = true; });
  add("gemma2_every_third", hf::gemma2(), [](TransformerConfig& c) { c.full_every = 3; });
  add("gemma2_plain", hf::gemma2(), [](TransformerConfig& c) {
    c.score_cap = c.logit_cap = 0;
    c.window = c.full_every = 0;
  });
  add("phi_norms", hf::phi(), [](TransformerConfig& c) { c.query_key_norm = true, c.kv_heads = 2; });
  add("neox_in_turn", hf::gpt_neox(), [](TransformerConfig& c) {
    c.sub_layers = SubLayerOrder::sequential;
    c.rotary_share = 1;
    c.tie_embeddings = true;
  });
  add("opt_350m", hf::opt(), [](TransformerConfig& c) {
    c.norm_placement = NormPlacement::post;
    c.final_norm = false;
    c.embedding_width = 12;
  });
  add("opt_without_biases", hf::opt(),
      [](TransformerConfig& c) { c.attention_bias = c.feed_forward_bias = c.final_norm = false; });
  add("falcon_40b", hf::falcon(),
      [](TransformerConfig& c) { c.sub_layers = SubLayerOrder::parallel, c.kv_heads = 2; });
  add("falcon_11b", hf::falcon(), [](TransformerConfig& c) { c.kv_heads = 2; });
  add("falcon_rw", hf::falcon(), [](TransformerConfig& c) {
    c.sub_layers = SubLayerOrder::sequential;
    c.positions = PositionKind::alibi_of_keys;
    c.kv_heads = 0;
    c.attention_bias = c.feed_forward_bias = true;
  });
  return forms;
}

class DecoderForms : public testing::TestWithParam<FormOfDecoder> {};

// What is saved is read again without a warning: options, values, and the states that follow.
TEST_P(DecoderForms, ComeBackAsTheyWere) {
  const FormOfDecoder& form = GetParam();
  TransformerModel model(form.config, Rng(3));
  const hf::Family& family = *form.family;
  std::vector<std::string> warnings;
  const Json written = hf::write_config(family, form.config);
  const TransformerModelConfig back = hf::read_config(family, written, "config.json", warnings);
  EXPECT_THAT(warnings, IsEmpty());
  EXPECT_EQ(format_json(hf::write_config(family, back)), format_json(written));

  const TemporaryDirectory directory;
  ModelOrigin origin;  // so that this family is preferred
  origin.config = {{"model_type", written.at("model_type")}};
  save_model_files(model, directory.path(), Json::object(), origin);
  const LoadedModel loaded = load_model(directory.path());
  EXPECT_THAT(loaded.warnings, IsEmpty());
  EXPECT_EQ(ModelDirectory::open(directory.path()).type->name(), family.model_type);
  const auto before = parameters_of(model), after = parameters_of(*loaded.model);
  ASSERT_EQ(before.size(), after.size());
  for (size_t i = 0; i < before.size(); ++i) {
    EXPECT_EQ(before[i].first, after[i].first);
    EXPECT_EQ(before[i].second.values<float>(), after[i].second.values<float>()) << before[i].first;
  }
  Context context;
  const std::vector<std::vector<int64_t>> rows = {{1, 2, 3, 4, 5, 6, 7}};
  const TokenBatch tokens = TokenBatch::of(rows, 0);
  EXPECT_EQ(model.encode(tokens, context).states.values<float>(),
            loaded.model->encoder()->encode(tokens, context).states.values<float>());
}

TEST_P(DecoderForms, AreDescribedWithAllTheirParameters) {
  const TransformerModelConfig& config = GetParam().config;
  const Description description = describe(config, {.batch = 2, .length = 7});
  TransformerModel model(config);
  EXPECT_EQ(description.parameters, parameter_count(model));
  int64_t in_layers = 0;
  for (const LayerDescription& layer : description.layers) in_layers += layer.parameters;
  EXPECT_EQ(in_layers, description.parameters);
}

INSTANTIATE_TEST_SUITE_P(Families, DecoderForms, testing::ValuesIn(decoder_forms()),
                         [](const testing::TestParamInfo<FormOfDecoder>& tested) {
                           return tested.param.name;
                         });

// Row by row: for each key head the queries that share it, then the key, then the value.
TEST(PackedAttention, RowsLieByKeyHead) {
  TransformerModelConfig config = small_decoder(hf::falcon());
  config.body.sub_layers = SubLayerOrder::parallel;
  config.body.kv_heads = 2;
  TransformerModel model(config, Rng(3));
  const TemporaryDirectory directory;
  save_model_files(model, directory.path());
  const TensorFile file(directory.path());
  const auto packed =
      file.load(*file.find("transformer.h.1.self_attention.query_key_value.weight")).values<float>();
  ASSERT_EQ(packed.size(), 64u * 32);
  std::map<std::string, std::vector<float>> ours;
  for (const auto& [name, parameter] : parameters_of(model)) ours[name] = parameter.values<float>();
  const std::string layer = "decoder.layer.1.self_attention.";
  const auto &query = ours.at(layer + "query.weight"), &key = ours.at(layer + "key.weight"),
             &value = ours.at(layer + "value.weight");
  // Heads of 8 rows: queries 0 and 1, key 0, value 0, queries 2 and 3, key 1, value 1.
  const auto expect_head = [&](size_t place, const std::vector<float>& from, size_t head) {
    for (size_t i = 0; i < 8u * 32; ++i)
      ASSERT_EQ(packed[place * 256 + i], from[head * 256 + i]) << place << " " << i;
  };
  expect_head(0, query, 0);
  expect_head(1, query, 1);
  expect_head(2, key, 0);
  expect_head(3, value, 0);
  expect_head(4, query, 2);
  expect_head(5, query, 3);
  expect_head(6, key, 1);
  expect_head(7, value, 1);
}

// The error of reading a family's settings, with one of them added to small sizes.
std::string error_of_setting(const hf::Family& family, const char* key, const Json& value) {
  Json json = hf::write_config(family, small_decoder(family));
  json[key] = value;
  std::vector<std::string> warnings;
  return error_of([&] { hf::read_config(family, json, "config.json", warnings); });
}

TEST(DecoderFamilies, SettingsThatDescribeNoModelAreRefusedByName) {
  EXPECT_THAT(error_of_setting(hf::falcon(), "num_ln_in_parallel_attn", 2),
              HasSubstr("num_ln_in_parallel_attn is 2; the new architecture"));
  Json grouped = {{"new_decoder_architecture", true}, {"parallel_attn", false}};
  std::vector<std::string> warnings;
  EXPECT_THAT(error_of([&] { hf::read_config(hf::falcon(), grouped, "config.json", warnings); }),
              testing::AnyOf(HasSubstr("num_ln_in_parallel_attn is 2"), HasSubstr("parallel_attn is false")));
  EXPECT_THAT(error_of_setting(hf::phi(), "partial_rotary_factor", 0.2),
              HasSubstr("rotary_share 0.2 of head size 8 is 1"));
  EXPECT_THAT(error_of_setting(hf::phi(), "partial_rotary_factor", 1.5),
              HasSubstr("partial_rotary_factor: expected a number"));
  EXPECT_THAT(error_of_setting(hf::gpt_neox(), "rotary_pct", -1), HasSubstr("rotary_pct: expected a number"));
  EXPECT_THAT(error_of_setting(hf::opt(), "layer_norm_elementwise_affine", false),
              HasSubstr("layer_norm_elementwise_affine is false"));
  EXPECT_THAT(error_of_setting(hf::opt(), "word_embed_proj_dim", -4),
              HasSubstr("word_embed_proj_dim: expected a whole number"));
  EXPECT_THAT(error_of_setting(hf::gemma2(), "query_pre_attn_scalar", -1),
              HasSubstr("query_pre_attn_scalar: expected a number"));
  EXPECT_THAT(error_of_setting(hf::gemma2(), "attn_logit_softcapping", -1),
              HasSubstr("attn_logit_softcapping: expected a number"));
  EXPECT_THAT(error_of_setting(hf::llama(), "num_key_value_heads", -2),
              HasSubstr("num_key_value_heads: expected a whole number"));
}

TEST(DecoderFamilies, LayersWithAWindowAreNamedOneByOne) {
  const auto with = [](const Json& types) {
    Json json = hf::write_config(hf::gemma2(), small_decoder(hf::gemma2()));
    json["layer_types"] = types;
    std::vector<std::string> warnings;
    return hf::read_config(hf::gemma2(), json, "config.json", warnings).body;
  };
  const char *some = "sliding_attention", *all = "full_attention";
  const auto windows = [&](const Json& types) {
    const TransformerConfig body = with(types);
    std::vector<bool> found;
    for (int64_t i = 0; i < 3; ++i) found.push_back(body.has_window(i));
    return found;
  };
  for (const auto& kind :
       {std::vector{some, all, some}, std::vector{some, some, all}, std::vector{all, some, some},
        std::vector{all, all, all}, std::vector{some, some, some}, std::vector{all, some, all}}) {
    Json types = Json::array({});
    std::vector<bool> expected;
    for (const char* type : kind) {
      types.push_back(type);
      expected.push_back(type == some);
    }
    EXPECT_EQ(windows(types), expected) << format_json(types, -1);
  }
  EXPECT_THAT(error_of([&] { with(Json::array({some, all})); }), HasSubstr("2 layers, and the model has 3"));
  EXPECT_THAT(error_of([&] {
                with(Json::array({some, all, "chunked_attention"}));
              }),
              HasSubstr("\"chunked_attention\" is not known"));
  EXPECT_THAT(error_of([&] {
                with(Json::array({some, all, all}));
              }),
              HasSubstr("this order of layers is not known"));
}

TEST(DecoderFamilies, GemmaSaysWhichActivationCounts) {
  for (const hf::Family* family : {&hf::gemma(), &hf::gemma2()}) {
    const auto warnings_with = [&](const Json& name) {
      Json json = hf::write_config(*family, small_decoder(*family));
      json.erase("hidden_activation");
      json["hidden_act"] = name;
      std::vector<std::string> warnings;
      EXPECT_EQ(hf::read_config(*family, json, "config.json", warnings).body.activation,
                kernels::Activation::gelu_tanh);
      return warnings;
    };
    EXPECT_THAT(warnings_with("gelu"), IsEmpty());
    EXPECT_THAT(warnings_with("gelu_pytorch_tanh"), IsEmpty());
    EXPECT_THAT(warnings_with("silu"), testing::ElementsAre(HasSubstr("hidden_act: is not used")));
  }
}

}  // namespace
}  // namespace hodhod
