// SPDX-License-Identifier: Apache-2.0
#include "hodhod/decode/token_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <vector>

namespace hodhod {
namespace {

using testing::ElementsAre;

constexpr float kOut = -std::numeric_limits<float>::infinity();

TEST(TokenRules, EachByItsDefinition) {
  const std::vector<int64_t> tokens{4, 1, 2, 1}, source{3, 1, 4, 4};
  const auto applied = [&](DecodeOptions options, int64_t prompt_size = 1) {
    std::vector<float> scores{-1, 2, 3, -4, 5};
    options.eos = {0};
    apply_token_rules(options, {tokens, prompt_size, options.max_new_tokens, source}, scores);
    return scores;
  };
  EXPECT_THAT(applied({}), ElementsAre(-1, 2, 3, -4, 5));
  EXPECT_THAT(applied({.repetition_penalty = 2}), ElementsAre(-1, 1, 1.5, -4, 2.5));
  EXPECT_THAT(applied({.no_repeat_ngram_size = 2}), ElementsAre(-1, 2, kOut, -4, 5));
  EXPECT_THAT(applied({.no_repeat_ngram_size = 1}), ElementsAre(-1, kOut, kOut, -4, kOut));
  EXPECT_THAT(applied({.min_new_tokens = 4}), ElementsAre(kOut, 2, 3, -4, 5));
  EXPECT_THAT(applied({.min_new_tokens = 3}), ElementsAre(-1, 2, 3, -4, 5));
  EXPECT_THAT(applied({.min_length = 5}), ElementsAre(kOut, 2, 3, -4, 5));
  EXPECT_THAT(applied({.suppress_tokens = {3}}), ElementsAre(-1, 2, 3, kOut, 5));
  EXPECT_THAT(applied({.begin_suppress_tokens = {3}}), ElementsAre(-1, 2, 3, -4, 5));
  EXPECT_THAT(applied({.begin_suppress_tokens = {3}}, 4), ElementsAre(-1, 2, 3, kOut, 5));
  EXPECT_THAT(applied({.forced_bos = 2}, 4), ElementsAre(-1, 2, 3, -4, 5));  // a longer prompt is free
  EXPECT_THAT(applied({.encoder_repetition_penalty = 2}), ElementsAre(-1, 4, 3, -2, 10));
  EXPECT_THAT(applied({.encoder_no_repeat_ngram_size = 2}), ElementsAre(-1, 2, 3, -4, kOut));
  EXPECT_THAT(
      applied({.sequence_bias = {{{3}, 1.5}, {{2, 1, 0}, 2}, {{1, 2, 4}, 9}, {{9, 9, 9, 9, 9, 9}, 1}}}),
      ElementsAre(1, 2, 3, -2.5, 5));
  EXPECT_THAT(applied({.decay_start = 1, .decay_factor = 2}),
              ElementsAre(2, 2, 3, -4, 5));  // two steps after
  EXPECT_THAT(applied({.decay_start = 3, .decay_factor = 2}), ElementsAre(-1, 2, 3, -4, 5));
  // Tokens that the vocabulary does not have do nothing.
  EXPECT_THAT(applied({.suppress_tokens = {50256, -1}, .sequence_bias = {{{700}, 1}}}),
              ElementsAre(-1, 2, 3, -4, 5));
  EXPECT_THAT(applied({.max_new_tokens = 4, .forced_eos = 0}), ElementsAre(0, kOut, kOut, kOut, kOut));
}

// Behind the token that begins a text, and what may not begin one stands behind the forced token.
TEST(TokenRules, TheForcedBeginning) {
  const auto applied = [&](std::vector<int64_t> tokens, const DecodeOptions& options) {
    std::vector<float> scores{-1, 2, 3};
    apply_token_rules(options, {tokens, 1, 10, {}}, scores);
    return scores;
  };
  const DecodeOptions both{.forced_bos = 2, .begin_suppress_tokens = {1}};
  EXPECT_THAT(applied({0}, both), ElementsAre(kOut, kOut, 0));
  EXPECT_THAT(applied({0, 2}, both), ElementsAre(-1, kOut, 3));
  EXPECT_THAT(applied({0, 2, 0}, both), ElementsAre(-1, 2, 3));
  EXPECT_THAT(applied({0}, {.begin_suppress_tokens = {1}}), ElementsAre(-1, kOut, 3));
  EXPECT_THAT(applied({0, 2}, {.begin_suppress_tokens = {1}}), ElementsAre(-1, 2, 3));
}

}  // namespace
}  // namespace hodhod
