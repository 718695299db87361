// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/language_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <numeric>

#include "hodhod/base/testing.h"
#include "hodhod/models/registry.h"
#include "hodhod/nn/module.h"
#include "hodhod/ops/loss.h"
#include "hodhod/ops/softmax.h"
#include "hodhod/tasks/score_tokens.h"
#include "hodhod/tasks/test_generator.h"
#include "hodhod/tensor/tape.h"

namespace hodhod {
namespace {

using testing::ElementsAre;

TEST(LanguageText, AWindowBeginsAsATextDoes) {
  TextGenerator writer = test_generator(TokenizerKind::character);
  const LanguageText bare(*writer.tokenizer, {10, 11, 12, 13, 14});
  EXPECT_EQ(bare.predictions(), 4);
  EXPECT_EQ(bare.predictions_of(3), 3);
  const auto [input, labels] = bare.batch({{0, 3}, {3, 1}});
  EXPECT_THAT(input.values<int64_t>(), ElementsAre(10, 11, 12, 13, 0, 0));
  EXPECT_THAT(labels.values<int64_t>(), ElementsAre(11, 12, 13, 14, kIgnoreIndex, kIgnoreIndex));

  frame_texts(writer, false);
  const LanguageText framed(*writer.tokenizer, {10, 11, 12, 13, 14});
  EXPECT_EQ(framed.predictions(), 5);
  EXPECT_EQ(framed.predictions_of(3), 3);
  const auto [from, to] = framed.batch({{0, 3}, {3, 2}});
  EXPECT_THAT(from.values<int64_t>(), ElementsAre(kEnd, 10, 11, kEnd, 13, 0));
  EXPECT_THAT(to.values<int64_t>(), ElementsAre(10, 11, 12, 13, 14, kIgnoreIndex));
}

TEST(LanguageText, AWindowThatGoesOnBeginsWithTheTokenBeforeIt) {
  TextGenerator writer = test_generator(TokenizerKind::character);
  const LanguageText bare(*writer.tokenizer, {10, 11, 12, 13, 14});
  EXPECT_EQ(bare.batch_to_go_on({{2, 2}}).first.values<int64_t>(),
            bare.batch({{2, 2}}).first.values<int64_t>());

  frame_texts(writer, false);
  const LanguageText framed(*writer.tokenizer, {10, 11, 12, 13, 14});
  const auto [input, labels] = framed.batch_to_go_on({{1, 3}, {4, 1}, {5, 0}});
  EXPECT_THAT(input.values<int64_t>(), ElementsAre(10, 11, 12, 13, 0, 0, 0, 0, 0));
  EXPECT_THAT(labels.values<int64_t>(), ElementsAre(11, 12, 13, 14, kIgnoreIndex, kIgnoreIndex, kIgnoreIndex,
                                                    kIgnoreIndex, kIgnoreIndex));
}

TEST(ScoringWindows, ScoreEachPredictionOnceAfterHalfAWindow) {
  EXPECT_TRUE(scoring_windows(0, 8).empty());
  const auto whole = scoring_windows(20, std::numeric_limits<int64_t>::max());
  ASSERT_EQ(whole.size(), 1U);
  EXPECT_EQ(whole[0].window, (Window{0, 20}));
  for (const int64_t length : {1, 2, 3, 8}) {
    int64_t done = 0;
    for (const auto& [window, context] : scoring_windows(21, length)) {
      EXPECT_LE(window.length, length);
      EXPECT_EQ(window.begin + context, done);
      if (done > 0) {
        EXPECT_GE(context, length / 2);
      }
      EXPECT_GT(window.length, context);
      done = window.begin + window.length;
    }
    EXPECT_EQ(done, 21) << length;
  }
}

// By the definition, token by token: each follows from the first of the windows, half a window apart, that
// hold it.
double loss_by_hand(const TextGenerator& writer, const std::vector<int64_t>& tokens, bool framed) {
  const NoGrad off;
  const auto length = static_cast<size_t>(writer.config().max_length()), first = size_t{framed ? 0U : 1U};
  double sum = 0;
  for (size_t t = first; t < tokens.size(); ++t) {
    size_t begin = first;
    while (t >= begin + length) begin += length / 2;
    std::vector<int64_t> seen{framed ? kEnd : tokens[begin - 1]};
    for (size_t before = begin; before < t; ++before) seen.push_back(tokens[before]);
    Context context;
    const auto time = static_cast<int64_t>(seen.size());
    const SequenceBatch batch{.target = {.ids = Tensor::from(seen, {1, time})}};
    const auto scores = log_softmax(writer.model->language_model()->logits(batch, context)).values();
    sum -= scores[static_cast<size_t>((time - 1) * writer.config().vocabulary() + tokens[t])];
  }
  return sum;
}

TEST(ScoreText, PredictsEveryTokenOnceFromItsWindow) {
  TextGenerator writer = test_generator(TokenizerKind::character);
  const std::string text = "the cat sat on the mat and a dog ran home with the cat\n";
  auto tokens = running_tokens(*writer.tokenizer, text);
  const auto count = static_cast<int64_t>(tokens.size());
  for (int64_t batch : {1, 8}) {
    const auto score = score_text(writer, text, plain(), {.batch = batch});
    EXPECT_EQ(score.tokens, count - 1);
    EXPECT_NEAR(score.negative_log_likelihood, loss_by_hand(writer, tokens, false), 1e-3);
  }
  frame_texts(writer, false);
  EXPECT_EQ(score_text(writer, text, plain()).tokens, count);
  EXPECT_NEAR(score_text(writer, text, plain()).negative_log_likelihood, loss_by_hand(writer, tokens, true),
              1e-3);
  frame_texts(writer, true);
  tokens.push_back(kPad);
  EXPECT_EQ(score_text(writer, text, plain()).tokens, count + 1);
  EXPECT_NEAR(score_text(writer, text, plain()).negative_log_likelihood, loss_by_hand(writer, tokens, true),
              1e-3);
}

// A recurrent model of characters, whose sequences are of this length at most.
TextGenerator recurrent_writer(const char* preset, int64_t max_length) {
  TextGenerator writer = test_generator(TokenizerKind::character);
  const auto config = model_preset(preset);
  config->change("width=16");
  config->set_vocabulary(writer.tokenizer->vocab_size());
  config->set_max_length(max_length);
  return TextGenerator::make(*config, std::move(writer.tokenizer), 3);
}

// The state is carried from piece to piece, so it makes no difference how many pieces there are.
TEST(ScoreText, ARecurrentModelReadsTheWholeText) {
  const std::string text = "the cat sat on the mat and a dog ran home with the cat\nthe end\n";
  for (const char* preset : {"rnn-tiny", "lstm-tiny", "gru-tiny"}) {
    for (const bool framed : {false, true}) {
      std::vector<double> in_one;
      for (const int64_t max_length : {1000, 24, 5, 1}) {
        TextGenerator writer = recurrent_writer(preset, max_length);
        if (framed) frame_texts(writer, false);
        const auto score = score_text(writer, text, plain());
        std::vector<double> by_token;
        score_tokens(writer, text, plain(), [&](const std::vector<ScoredToken>& tokens) {
          for (const ScoredToken& token : tokens) by_token.push_back(-token.score.log_probability);
        });
        const double sum = std::accumulate(by_token.begin(), by_token.end(), 0.0);
        EXPECT_EQ(score.tokens, std::ssize(by_token));
        EXPECT_EQ(score.negative_log_likelihood, sum) << preset << " in windows of " << max_length;
        if (in_one.empty()) {
          in_one = by_token;
          EXPECT_NEAR(sum, loss_by_hand(writer, running_tokens(*writer.tokenizer, text), framed), 1e-3);
        }
        EXPECT_EQ(by_token, in_one) << preset << " in windows of " << max_length;
      }
    }
  }
}

TEST(ScoreText, ANumberThatIsNoneIsNoScore) {
  TextGenerator writer = test_generator(TokenizerKind::character);
  writer.model->set_name("my-poet");
  for (const auto& [name, parameter] : parameters_of(*writer.model)) {
    if (name.ends_with("norm.weight")) Tensor(parameter).data<float>()[0] = NAN;
  }
  expect_error([&] { score_text(writer, "the cat sat", plain()); },
               "my-poet: its log-probabilities are not finite");
}

// Training predicts all tokens of a window that begins with the start token, and counts them.
TEST(LanguageTrainee, CountsWhatItPredicts) {
  for (const bool framed : {false, true}) {
    TextGenerator writer = test_generator(TokenizerKind::character);
    if (framed) frame_texts(writer, false);
    LanguageTrainee trainee(writer, "the cat sat on the mat\n", "",
                            {.length = 8, .batch = 3, .windows = TrainingWindows::in_order}, 1);
    trainee.next_batch();
    Context context;
    EXPECT_EQ(trainee.loss(context).items, framed ? 23 : 22);
  }
}

}  // namespace
}  // namespace hodhod
