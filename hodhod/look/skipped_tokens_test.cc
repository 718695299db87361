// SPDX-License-Identifier: Apache-2.0
#include "hodhod/look/skipped_tokens.h"

#include <gtest/gtest.h>

#include <cmath>

#include "hodhod/look/look.h"
#include "hodhod/look/test_subjects.h"
#include "hodhod/look/test_unpack.h"
#include "hodhod/models/feed_forward_lm.h"
#include "hodhod/models/recurrent_config.h"
#include "hodhod/ops/shape.h"
#include "hodhod/ops/softmax.h"
#include "hodhod/tensor/tape.h"

namespace hodhod::look {
namespace {

RecurrentModelConfig recurrent(RecurrentForm form, HeadOptions head) {
  RecurrentModelConfig config({.cell = RecurrentCell::lstm, .form = form, .vocabulary = 61, .width = 8});
  config.head = head;
  return config;
}

Json cuts_on_page(Subject& subject, const LookOptions& options) {
  const Json index = read_page(look(subject, options).page).index;
  return index.at("passes").at(size_t{0}).at("cuts");
}

double log_p(const Tensor& row, int64_t answer) {
  return log_softmax(row).values()[static_cast<size_t>(answer)];
}

std::vector<int64_t> without(std::vector<int64_t> ids, int64_t token) {
  ids.erase(ids.begin() + token);
  return ids;
}

TokenBatch batch_of(const std::vector<int64_t>& ids) {
  return {.ids = Tensor::from(ids, {1, std::ssize(ids)})};
}

// Hiding a token is a pass over the text without it.
TEST(SkippedTokens, AWriterReadsTheTextWithoutThem) {
  Subject subject =
      subject_of(recurrent(RecurrentForm::decoder, {.kind = HeadKind::language_model}), Kind::recurrent, 1);
  const std::vector<int64_t> ids = {5, 9, 17, 4, 30};
  const Json cuts = cuts_on_page(subject, {.at = "2", .ids = ids});
  const int64_t answer = cuts.at("id").get<int64_t>();
  EXPECT_EQ(answer, 4) << "the token that follows place 2";
  EXPECT_EQ(cuts.at("hidden").size(), ids.size());
  EXPECT_EQ(cuts.at("links").size(), 0u);
  const NoGrad off;
  for (const Json& effect : cuts.at("hidden")) {
    const int64_t token = effect.at("token").get<int64_t>();
    Context context;
    const Tensor logits = subject.model().language_model()->logits(
        {.source = {}, .target = batch_of(without(ids, token))}, context);
    const Tensor row = select(select(logits, 0, 0), 0, token <= 2 ? 1 : 2);
    EXPECT_NEAR(effect.at("log_probability").get<double>(), log_p(row, answer), 1e-5) << token;
    if (token > 2) {
      EXPECT_EQ(effect.at("log_probability"), cuts.at("log_probability")) << "it comes later";
    } else {
      EXPECT_NE(effect.at("log_probability"), cuts.at("log_probability"));
    }
  }
}

// A perceptron does not see what stands before its window, so its going changes nothing.
TEST(SkippedTokens, WhatAPerceptronDoesNotSeeHasNoEffect) {
  Subject subject = subject_of(FeedForwardLmConfig({.vocabulary = 40, .context = 2, .width = 4, .hidden = 8}),
                               Kind::perceptron, 5);
  const Json cuts = cuts_on_page(subject, {.at = "3", .ids = {5, 9, 17, 4, 30}});
  ASSERT_EQ(cuts.at("hidden").size(), 5u);
  for (const Json& effect : cuts.at("hidden")) {
    const int64_t token = effect.at("token").get<int64_t>();
    const bool seen = token == 2 || token == 3;
    EXPECT_EQ(effect.at("log_probability") != cuts.at("log_probability"), seen) << token;
  }
}

TEST(SkippedTokens, ATagHasNoEffectOfItsOwnWord) {
  Subject subject = subject_of(recurrent(RecurrentForm::encoder, {.kind = HeadKind::tagger, .labels = 3}),
                               Kind::recurrent, 2);
  const std::vector<int64_t> ids = {5, 9, 17, 4};
  const Json cuts = cuts_on_page(subject, {.at = "2", .ids = ids});
  const int64_t answer = cuts.at("label").get<int64_t>();
  ASSERT_EQ(cuts.at("hidden").size(), 3u);
  const NoGrad off;
  for (const Json& effect : cuts.at("hidden")) {
    const int64_t token = effect.at("token").get<int64_t>();
    EXPECT_NE(token, 2);
    Context context;
    const Tensor logits = tag(subject.model(), batch_of(without(ids, token)), context);
    const Tensor row = select(select(logits, 0, 0), 0, token < 2 ? 1 : 2);
    EXPECT_NEAR(effect.at("log_probability").get<double>(), log_p(row, answer), 1e-5) << token;
  }
}

TEST(SkippedTokens, OfASourceAndOfWhatTheDecoderReads) {
  Subject subject = subject_of(recurrent(RecurrentForm::encoder_decoder, {.kind = HeadKind::language_model}),
                               Kind::recurrent, 3);
  const std::vector<int64_t> source = {5, 9, 17}, target = {6, 8, 11};
  const Json cuts = cuts_on_page(subject, {.at = "1", .ids = source, .target_ids = target});
  const int64_t answer = cuts.at("id").get<int64_t>();
  ASSERT_EQ(cuts.at("hidden").size(), 6u);
  const NoGrad off;
  for (const Json& effect : cuts.at("hidden")) {
    const int64_t token = effect.at("token").get<int64_t>();
    const bool of_source = effect.at("stack").text() == "encoder";
    Context context;
    const Tensor logits = subject.model().sequence_to_sequence()->logits(
        {.source = batch_of(of_source ? without(source, token) : source),
         .target = batch_of(of_source ? target : without(target, token))},
        context);
    const Tensor row = select(select(logits, 0, 0), 0, !of_source && token <= 1 ? 0 : 1);
    EXPECT_NEAR(effect.at("log_probability").get<double>(), log_p(row, answer), 1e-5);
  }
}

TEST(SkippedTokens, NothingIsLeftOfASingleToken) {
  Subject subject = subject_of(recurrent(RecurrentForm::encoder, {.kind = HeadKind::classifier, .labels = 2}),
                               Kind::recurrent, 4);
  const Json one = read_page(look(subject, {.ids = {5}}).page).index.at("passes").at(size_t{0});
  EXPECT_FALSE(one.contains("cuts"));
  const Json two = read_page(look(subject, {.ids = {5, 6}}).page).index.at("passes").at(size_t{0});
  EXPECT_EQ(two.at("cuts").at("hidden").size(), 2u);
}

}  // namespace
}  // namespace hodhod::look
