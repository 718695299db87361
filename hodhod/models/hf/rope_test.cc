// SPDX-License-Identifier: Apache-2.0
// Rotary positions in config.json, under the old keys and under the new one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hodhod/base/testing.h"
#include "hodhod/base/visit.h"
#include "hodhod/models/hf/test_directory.h"

namespace hodhod {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Json llama3() {
  return {{"rope_type", "llama3"},
          {"factor", 8.0},
          {"low_freq_factor", 1.0},
          {"high_freq_factor", 4.0},
          {"original_max_position_embeddings", 8}};
}

ModelDirectory opened_with(const char* key, const Json& value) {
  TestDirectory directory("llama-tiny");
  directory.config()[key] = value;
  return ModelDirectory::open(directory.write());
}

TEST(Rope, TheKeysOfTransformers5SayTheSame) {
  TestDirectory old("llama-tiny"), now("llama-tiny");
  old.config()["rope_theta"] = 5000.0;
  old.config()["rope_scaling"] = llama3();
  now.remove("rope_theta");
  now.config()["rope_parameters"] = llama3();
  now.config()["rope_parameters"]["rope_theta"] = 5000.0;
  const auto first = old.load(), second = now.load();
  const TransformerConfig& body = as_transformer(second.model).config().body;
  EXPECT_EQ(to_json(as_transformer(first.model).config().body), to_json(body));
  EXPECT_EQ(body.rotary_base, 5000);
  EXPECT_EQ(body.rotary_scaling, RotaryScaling::llama3);
  EXPECT_THAT(second.warnings, IsEmpty());
}

TEST(Rope, EveryKindIsReadAndWrittenBack) {
  const Json kinds =
      Json::array({llama3(),
                   {{"rope_type", "default"}},
                   {{"type", "linear"}, {"factor", 4.0}},
                   {{"rope_type", "dynamic"}, {"factor", 2.0}},
                   {{"rope_type", "yarn"}, {"factor", 4.0}, {"original_max_position_embeddings", 8}},
                   {{"rope_type", "yarn"},
                    {"factor", 4.0},
                    {"attention_factor", 1.5},
                    {"beta_fast", 16},
                    {"beta_slow", 2}}});
  for (const Json& kind : kinds) {
    TestDirectory directory("llama-tiny");
    directory.config()["rope_scaling"] = kind;
    const auto loaded = directory.load();
    EXPECT_THAT(loaded.warnings, IsEmpty());
    const TemporaryDirectory saved;
    save_model_files(*loaded.model, saved.path());
    const ModelDirectory opened = ModelDirectory::open(saved.path());
    const TransformerConfig& again = as_transformer(opened.config).body;
    const TransformerConfig& before = as_transformer(loaded.model).config().body;
    EXPECT_EQ(again.rotary_scaling, before.rotary_scaling) << kind;
    EXPECT_EQ(again.rotary_factor, before.rotary_factor) << kind;
    EXPECT_EQ(again.rotary_amplitude, before.rotary_amplitude) << kind;
    EXPECT_EQ(again.rotary_high_frequency, before.rotary_high_frequency) << kind;
  }
}

TEST(Rope, WhatIsNotKnownIsRefusedByName) {
  const auto error = [](const char* key, const Json& value) {
    return error_of([&] { opened_with(key, value); });
  };
  EXPECT_THAT(error("rope_scaling", {{"rope_type", "longrope"}}),
              HasSubstr("rope_scaling: rope_type: scaling of type 'longrope' is not known"));
  EXPECT_THAT(error("rope_parameters", {{"full_attention", {{"rope_type", "default"}}}}),
              HasSubstr("rope_parameters: full_attention: parameters by type of layer"));
  EXPECT_THAT(error("rope_scaling", {{"rope_type", "linear"}}),
              HasSubstr("rope_scaling: factor: rope_type linear needs this number"));
  EXPECT_THAT(error("rope_scaling", {{"rope_type", "linear"}, {"factor", 0}}),
              HasSubstr("rope_scaling: factor: expected a number (above 0)"));
  EXPECT_THAT(error("rope_parameters", {{"rope_type", "default"}, {"partial_rotary_factor", 0.5}}),
              HasSubstr("partial_rotary_factor is 0.5"));
  EXPECT_THAT(error("partial_rotary_factor", 0.5), HasSubstr("partial_rotary_factor is 0.5"));
  EXPECT_THAT(error("rope_parameters", 3), HasSubstr("rope_parameters: expected an object"));
  TestDirectory both("llama-tiny");
  both.config()["rope_parameters"] = llama3();
  both.config()["rope_scaling"] = {{"rope_type", "linear"}, {"factor", 2.0}};
  EXPECT_THAT(error_of([&] { ModelDirectory::open(both.write()); }), HasSubstr("say different things"));
  EXPECT_THAT(
      opened_with("rope_scaling", {{"rope_type", "linear"}, {"factor", 2.0}, {"finetuned", true}}).warnings,
      ElementsAre(HasSubstr("rope_scaling: settings that are not known are not used: finetuned = true")));
}

// Up to max_length nothing changes; beyond it, the base grows with the length of the text.
TEST(Rope, DynamicScalingBeginsBehindTheTrainedLength) {
  const auto states_of = [](const Json& scaling, int64_t length) {
    TestDirectory directory("llama-tiny");
    directory.config()["rope_scaling"] = scaling;
    std::vector<std::vector<int64_t>> rows(1);
    for (int64_t i = 0; i < length; ++i) rows[0].push_back(i % 23);
    Context context;
    return directory.load().model->encoder()->encode(TokenBatch::of(rows, 0), context).states.values<float>();
  };
  const Json dynamic = {{"rope_type", "dynamic"}, {"factor", 2.0}};
  EXPECT_EQ(states_of(dynamic, 16), states_of(nullptr, 16));
  // 24 tokens for a model of 16: the base times (2 · 24 / 16 − 1)^(6 / 4).
  TestDirectory other("llama-tiny");
  other.config()["rope_theta"] = 10000 * std::pow(2.0, 1.5);
  other.config()["max_position_embeddings"] = 24;
  std::vector<std::vector<int64_t>> rows(1);
  for (int64_t i = 0; i < 24; ++i) rows[0].push_back(i % 23);
  Context context;
  EXPECT_EQ(states_of(dynamic, 24),
            other.load().model->encoder()->encode(TokenBatch::of(rows, 0), context).states.values<float>());
}

}  // namespace
}  // namespace hodhod
