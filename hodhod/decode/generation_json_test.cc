// SPDX-License-Identifier: Apache-2.0
#include "hodhod/decode/generation_json.h"

#include <gmock/gmock.h>

namespace hodhod {
namespace {

TEST(GenerationJson, OfATranslator) {
  TransformerConfig config = transformer_preset("tiny");
  config.pad = config.decoder_start = 0;
  config.eos = 1;
  config.max_length = 200;
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
  TransformerConfig config = transformer_preset("gpt-tiny");
  config.bos = config.eos = 1;
  config.pad = 0;
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
  TransformerConfig config = transformer_preset("tiny");
  config.pad = config.eos = config.decoder_start = 4;
  const Json json = generation_json({}, config);
  EXPECT_FALSE(json.contains("bad_words_ids"));
  EXPECT_FALSE(json.contains("bos_token_id"));
}

}  // namespace
}  // namespace hodhod
