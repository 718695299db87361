// SPDX-License-Identifier: Apache-2.0
#include "hodhod/decode/generation_json.h"

#include <gmock/gmock.h>

#include "hodhod/models/registry.h"

namespace hodhod {
namespace {

TEST(GenerationJson, OfATranslator) {
  const auto owned = model_preset("tiny");
  ModelConfig& config = *owned;
  config.set_special({.pad = 0, .eos = 1, .decoder_start = 0});
  config.set_max_length(200);
  // `temperature` has no effect on beams, and Transformers warns of it.
  EXPECT_EQ(generation_json({.num_beams = 5, .temperature = 0.5}, config),
            (Json{{"num_beams", 5},
                  {"max_length", 200},
                  {"eos_token_id", 1},
                  {"pad_token_id", 0},
                  {"decoder_start_token_id", 0},
                  {"bad_words_ids", Json::array({Json::array({0})})},
                  {"forced_eos_token_id", 1}}));
}

TEST(GenerationJson, OfALanguageModel) {
  const auto owned = model_preset("gpt-tiny");
  ModelConfig& config = *owned;
  config.set_special({.pad = 0, .bos = 1, .eos = 1});
  // Transformers keeps the 50 likeliest where top_k is not given.
  EXPECT_EQ(generation_json({.do_sample = true, .temperature = 0.8}, config), (Json{{"do_sample", true},
                                                                                    {"temperature", 0.8},
                                                                                    {"top_k", 0},
                                                                                    {"max_length", 64},
                                                                                    {"bos_token_id", 1},
                                                                                    {"eos_token_id", 1},
                                                                                    {"pad_token_id", 0}}));
  EXPECT_FALSE(generation_json({.do_sample = true, .top_k = 50}, config).contains("top_k"));
  const Json shorter = generation_json({.max_new_tokens = 9}, config);
  EXPECT_EQ(shorter["max_new_tokens"], 9);
  EXPECT_FALSE(shorter.contains("max_length"));
}

// A pad that is the end may be generated, and no token that is none is named.
TEST(GenerationJson, NamesNoTokensThatThereAreNot) {
  const auto owned = model_preset("tiny");
  ModelConfig& config = *owned;
  config.set_special({.pad = 4, .eos = 4, .decoder_start = 4});
  const Json json = generation_json({}, config);
  EXPECT_FALSE(json.contains("bad_words_ids"));
  EXPECT_FALSE(json.contains("bos_token_id"));
}

}  // namespace
}  // namespace hodhod
