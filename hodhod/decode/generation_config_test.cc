// SPDX-License-Identifier: Apache-2.0
#include "hodhod/decode/generation_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/base/json.h"

namespace hodhod {
namespace {

using testing::ElementsAre;

DecodeOptions read(const std::string& text, const DecodeOptions& options = {}) {
  const TemporaryDirectory directory;
  directory.put("generation_config.json", text);
  return read_generation_config(directory.path(), options).options;
}

GenerationConfig read_both(const std::string& config, const std::string& text) {
  const TemporaryDirectory directory;
  directory.put("config.json", config);
  if (!text.empty()) directory.put("generation_config.json", text);
  // What `hodhod generate` does where nothing is said.
  return read_generation_config(directory.path(), {.do_sample = true, .temperature = 0.8});
}

// As of Helsinki-NLP/opus-mt-en-de.
TEST(GenerationConfig, OfATranslator) {
  const DecodeOptions options = read(R"({"bad_words_ids": [[58100], [1, 2]], "bos_token_id": 0,
    "decoder_start_token_id": 58100, "eos_token_id": 0, "forced_eos_token_id": 0, "max_length": 512,
    "num_beams": 6, "pad_token_id": 58100, "renormalize_logits": true, "transformers_version": "4.32.0.dev0"})");
  EXPECT_EQ(options.num_beams, 6);
  EXPECT_EQ(options.max_new_tokens, kNoLimit);
  EXPECT_EQ(options.max_length, 512);
  EXPECT_TRUE(options.renormalize_logits);
  EXPECT_THAT(options.eos, ElementsAre(0));
  EXPECT_EQ(options.forced_eos, 0);
  EXPECT_THAT(options.suppress_tokens, ElementsAre(58100));
  ASSERT_EQ(options.sequence_bias.size(), 1u);
  EXPECT_THAT(options.sequence_bias[0].tokens, ElementsAre(1, 2));
  EXPECT_EQ(options.sequence_bias[0].bias, -std::numeric_limits<double>::infinity());
}

// As of meta-llama/Llama-3.2-1B-Instruct.
TEST(GenerationConfig, OfAWriter) {
  const DecodeOptions options = read(R"({"bos_token_id": 128000, "do_sample": true,
    "eos_token_id": [128001, 128008, 128009], "temperature": 0.6, "top_p": 0.9,
    "early_stopping": "never", "top_k": null})",
                                     {.num_beams = 1, .top_k = 7});
  EXPECT_TRUE(options.do_sample);
  EXPECT_EQ(options.temperature, 0.6);
  EXPECT_EQ(options.top_p, 0.9);
  EXPECT_EQ(options.top_k, 0);
  EXPECT_THAT(options.eos, ElementsAre(128001, 128008, 128009));
  EXPECT_EQ(options.max_new_tokens, 256);
  EXPECT_FALSE(options.early_stopping);
  EXPECT_TRUE(options.never_stop_early);
}

// What a file leaves out is as in Transformers, not as in the command.
TEST(GenerationConfig, WhatAFileLeavesOut) {
  const DecodeOptions usual{.max_new_tokens = 99, .do_sample = true, .temperature = 0.8, .seed = 4};
  const DecodeOptions options = read(R"({"bos_token_id": 3, "pad_token_id": 900})", usual);
  EXPECT_FALSE(options.do_sample);
  EXPECT_EQ(options.temperature, 1);
  EXPECT_EQ(options.top_k, 50);
  EXPECT_EQ(options.num_beams, 1);
  EXPECT_EQ(options.max_new_tokens, 99);
  EXPECT_EQ(options.seed, 4u);
  EXPECT_EQ(options.bos, 3);
  // Beams do not meet the command's own sampling.
  read(R"({"num_beams": 4})", usual).validate(10);
  read(R"({"do_sample": false, "temperature": 0.0})", usual).validate(10);
}

TEST(GenerationConfig, TheTwoLengths) {
  EXPECT_EQ(read(R"({"max_length": 12})").max_length, 12);
  EXPECT_EQ(read(R"({"max_length": 12})").max_new_tokens, kNoLimit);
  const DecodeOptions both = read(R"({"max_length": 12, "max_new_tokens": 30})");
  EXPECT_EQ(both.max_length, 0);
  EXPECT_EQ(both.max_new_tokens, 30);
  EXPECT_EQ(read(R"({"max_length": null, "max_new_tokens": null})").max_new_tokens, 256);
}

TEST(GenerationConfig, EveryRule) {
  const DecodeOptions options =
      read(R"({"min_length": 3, "min_new_tokens": 2, "typical_p": 0.9, "eta_cutoff": 0.1,
    "epsilon_cutoff": 0.2, "encoder_no_repeat_ngram_size": 3, "encoder_repetition_penalty": 1.5,
    "exponential_decay_length_penalty": [5, 1.25], "sequence_bias": [[[7], -2.5], [[1, 2], 1]],
    "stop_strings": "END", "bad_words_ids": [[0], [9]], "eos_token_id": 0, "begin_suppress_tokens": [4, 5],
    "suppress_tokens": [6], "forced_bos_token_id": 8, "decoder_start_token_id": 2})");
  EXPECT_EQ(options.min_length, 3);
  EXPECT_EQ(options.min_new_tokens, 2);
  EXPECT_EQ(options.typical_p, 0.9);
  EXPECT_EQ(options.eta_cutoff, 0.1);
  EXPECT_EQ(options.epsilon_cutoff, 0.2);
  EXPECT_EQ(options.encoder_no_repeat_ngram_size, 3);
  EXPECT_EQ(options.encoder_repetition_penalty, 1.5);
  EXPECT_EQ(options.decay_start, 5);
  EXPECT_EQ(options.decay_factor, 1.25);
  ASSERT_EQ(options.sequence_bias.size(), 2u);
  EXPECT_EQ(options.sequence_bias[1].bias, 1);
  EXPECT_THAT(options.stop_strings, ElementsAre("END"));
  EXPECT_THAT(options.suppress_tokens, ElementsAre(6, 9));  // an end is no word
  EXPECT_THAT(options.begin_suppress_tokens, ElementsAre(4, 5));
  EXPECT_EQ(options.forced_bos, 8);
  EXPECT_EQ(options.decoder_start, 2);
  EXPECT_THAT(read(R"({"stop_strings": ["a", "b"]})").stop_strings, ElementsAre("a", "b"));
}

TEST(GenerationConfig, WhatIsNotDoneIsSaid) {
  const auto warnings = read_both("{}", R"({"num_beam_groups": 2, "penalty_alpha": 0.6, "guidance_scale": 1,
    "max_time": null, "constraints": [], "use_cache": false, "no_such_rule": 3, "another": false})")
                            .warnings;
  ASSERT_EQ(warnings.size(), 2u);
  EXPECT_THAT(warnings[0],
              testing::EndsWith("not supported, and without effect: num_beam_groups, penalty_alpha"));
  EXPECT_THAT(warnings[1], testing::EndsWith("not known, and without effect: no_such_rule"));
  EXPECT_THAT(warnings[1], testing::HasSubstr("generation_config.json"));
}

// As older releases of Transformers wrote them.
TEST(GenerationConfig, KeysInConfigJson) {
  const auto old = read_both(R"({"model_type": "marian", "num_beams": 4, "max_length": 20, "temperature": 1.0,
    "bad_words_ids": [[7]], "eos_token_id": [2, 33], "diversity_penalty": 0.5})",
                             "");
  EXPECT_EQ(old.options.num_beams, 4);
  EXPECT_EQ(old.options.max_new_tokens, 256);  // 20 is what everybody had
  EXPECT_FALSE(old.options.do_sample);
  EXPECT_THAT(old.options.suppress_tokens, ElementsAre(7));
  EXPECT_THAT(old.options.eos, ElementsAre(2, 33));
  ASSERT_EQ(old.warnings.size(), 1u);
  EXPECT_THAT(old.warnings[0],
              testing::HasSubstr("config.json: not supported, and without effect: diversity"));

  // Tokens alone do not say how to decode.
  const auto tokens = read_both(R"({"eos_token_id": [2, 33], "bos_token_id": 1, "num_beams": 1})", "");
  EXPECT_TRUE(tokens.options.do_sample);
  EXPECT_EQ(tokens.options.temperature, 0.8);
  EXPECT_THAT(tokens.options.eos, ElementsAre(2, 33));
  EXPECT_FALSE(read_both(R"({"do_sample": false})", "").options.do_sample);

  EXPECT_EQ(
      read_both(R"({"force_bos_token_to_be_generated": true, "bos_token_id": 3})", "").options.forced_bos, 3);
  EXPECT_EQ(read_both(R"({"force_bos_token_to_be_generated": true, "forced_bos_token_id": 4})", "")
                .options.forced_bos,
            4);
  EXPECT_FALSE(read(R"({"early_stopping": 0})").early_stopping);
  EXPECT_TRUE(read(R"({"early_stopping": 1})").early_stopping);

  // The newer file comes first, and what it hides is said.
  const auto both = read_both(R"({"num_beams": 4, "length_penalty": 2.0, "eos_token_id": 5})",
                              R"({"num_beams": 4, "eos_token_id": 0})");
  EXPECT_EQ(both.options.num_beams, 4);
  EXPECT_EQ(both.options.length_penalty, 1);
  EXPECT_THAT(both.options.eos, ElementsAre(0));
  ASSERT_EQ(both.warnings.size(), 1u);
  EXPECT_THAT(both.warnings[0], testing::EndsWith("as there is a generation_config.json: length_penalty"));
}

TEST(GenerationConfig, MistakesAreNamed) {
  for (const char* text :
       {R"({"num_beams": "many"})", R"([1])", R"({"bad_words_ids": 3})", R"({"eos_token_id": "x"})",
        R"({"bad_words_ids": [[]]})", R"({"sequence_bias": [3]})", R"({"early_stopping": "soon"})",
        R"({"exponential_decay_length_penalty": [3]})", R"({"stop_strings": 3})"}) {
    try {
      read(text);
      FAIL() << text;
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), testing::HasSubstr("generation_config.json")) << text;
    }
  }
  const TemporaryDirectory empty;
  EXPECT_EQ(read_generation_config(empty.path(), {.num_beams = 3}).options.num_beams, 3);
}

}  // namespace
}  // namespace hodhod
