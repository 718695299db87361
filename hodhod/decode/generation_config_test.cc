// SPDX-License-Identifier: Apache-2.0
#include "hodhod/decode/generation_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/base/json.h"

namespace hodhod {
namespace {

using testing::ElementsAre;

DecodeOptions read(const std::string& text, const DecodeOptions& options = {}) {
  const TemporaryDirectory directory;
  directory.put("generation_config.json", text);
  return read_generation_config(directory.path(), options);
}

// As of Helsinki-NLP/opus-mt-en-de.
TEST(GenerationConfig, OfATranslator) {
  const DecodeOptions options = read(R"({"bad_words_ids": [[58100], [1, 2]], "bos_token_id": 0,
    "decoder_start_token_id": 58100, "eos_token_id": 0, "forced_eos_token_id": 0, "max_length": 512,
    "num_beams": 6, "pad_token_id": 58100, "renormalize_logits": true, "transformers_version": "4.32.0.dev0"})");
  EXPECT_EQ(options.num_beams, 6);
  EXPECT_EQ(options.max_new_tokens, 511);
  EXPECT_THAT(options.eos, ElementsAre(0));
  EXPECT_EQ(options.forced_eos, 0);
  EXPECT_THAT(options.suppress_tokens, ElementsAre(58100));
}

// As of meta-llama/Llama-3.2-1B-Instruct.
TEST(GenerationConfig, OfAWriter) {
  const DecodeOptions options = read(R"({"bos_token_id": 128000, "do_sample": true,
    "eos_token_id": [128001, 128008, 128009], "temperature": 0.6, "top_p": 0.9, "max_length": 20,
    "early_stopping": "never", "top_k": null})",
                                     {.num_beams = 1, .top_k = 7});
  EXPECT_TRUE(options.do_sample);
  EXPECT_EQ(options.temperature, 0.6);
  EXPECT_EQ(options.top_p, 0.9);
  EXPECT_EQ(options.top_k, 7);
  EXPECT_THAT(options.eos, ElementsAre(128001, 128008, 128009));
  EXPECT_EQ(options.max_new_tokens, 256);
  EXPECT_FALSE(options.early_stopping);
}

TEST(GenerationConfig, WhatIsWrittenIsRead) {
  const TemporaryDirectory directory;
  TransformerConfig config = transformer_preset("tiny");
  config.eos = 1;
  const DecodeOptions options{
      .max_new_tokens = 99, .num_beams = 4, .length_penalty = 0.6, .seed = 9, .eos = {1}};
  write_generation_config(directory.path(), options, config);
  const DecodeOptions again = read_generation_config(directory.path(), {});
  EXPECT_EQ(again.max_new_tokens, 99);
  EXPECT_EQ(again.num_beams, 4);
  EXPECT_EQ(again.length_penalty, 0.6);
  EXPECT_EQ(again.seed, 1);
  EXPECT_THAT(again.eos, ElementsAre(1));
  const Json json = read_json(directory / "generation_config.json");
  EXPECT_FALSE(json.contains("top_p"));
  EXPECT_EQ(json["decoder_start_token_id"], 0);
  // What somebody wrote there stays.
  write_generation_config(directory.path(), {.num_beams = 8}, config);
  EXPECT_EQ(read_generation_config(directory.path(), {}).num_beams, 4);
}

TEST(GenerationConfig, MistakesAreNamed) {
  for (const char* text :
       {R"({"num_beams": "many"})", R"([1])", R"({"bad_words_ids": 3})", R"({"eos_token_id": "x"})"}) {
    try {
      read(text);
      FAIL() << text;
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), testing::HasSubstr("generation_config.json")) << text;
    }
  }
  const TemporaryDirectory empty;
  EXPECT_EQ(read_generation_config(empty.path(), {.num_beams = 3}).num_beams, 3);
}

}  // namespace
}  // namespace hodhod
