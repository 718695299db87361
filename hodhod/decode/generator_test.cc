// SPDX-License-Identifier: Apache-2.0
#include "hodhod/decode/generator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "hodhod/base/error.h"
#include "hodhod/base/rng.h"
#include "hodhod/decode/sampler.h"
#include "hodhod/decode/trigram_model.h"
#include "hodhod/nn/test_context.h"

namespace hodhod {
namespace {

using testing::HasSubstr;

// Every sequence that ends with eos or at the limit, with its score.
void try_all(const TrigramModel& model, const DecodeOptions& options, std::vector<int64_t>& tokens,
             size_t prompt_size, double sum, Hypothesis& best) {
  const auto scores = model.scores_after(tokens);
  const double total = log_sum_exp(scores);
  for (int64_t t = 0; t < model.vocabulary(); ++t) {
    const double next = sum + scores[static_cast<size_t>(t)] - total;
    tokens.push_back(t);
    const auto generated = tokens.size() - prompt_size;
    if (options.ends(t) || static_cast<int64_t>(generated) == options.max_new_tokens) {
      const double score = next / std::pow(generated, options.length_penalty);
      if (best.tokens.empty() || score > best.score) {
        best = {{tokens.begin() + static_cast<int64_t>(prompt_size), tokens.end()}, next, score};
      }
    } else {
      try_all(model, options, tokens, prompt_size, next, best);
    }
    tokens.pop_back();
  }
}

TEST(BeamSearch, AWideBeamFindsTheBestOfAllSequences) {
  for (uint64_t seed : {1, 2, 3, 4, 5}) {
    for (double penalty : {0.0, 0.6, 1.0}) {
      const TrigramModel model(5, seed);
      const DecodeOptions options{
          .max_new_tokens = 5, .num_beams = 700, .length_penalty = penalty, .eos = {0}};
      std::vector<int64_t> tokens{3};
      Hypothesis best;
      try_all(model, options, tokens, 1, 0, best);
      const std::vector<Prompt> prompts{prompt({3})};
      const auto found = generate(model, prompts, options, plain())[0][0];
      EXPECT_EQ(found.tokens, best.tokens) << "seed " << seed << " penalty " << penalty;
      EXPECT_NEAR(found.score, best.score, 1e-5);
    }
  }
}

TEST(BeamSearch, ResultsDoNotDependOnTheBatch) {
  const TrigramModel model(11, 9);
  for (int64_t beams : {1, 2, 4}) {
    DecodeOptions options{
        .max_new_tokens = 12, .num_beams = beams, .num_return_sequences = beams, .eos = {0}};
    std::vector<Prompt> prompts;
    for (int64_t i = 1; i < 9; ++i) prompts.push_back(prompt({i, (i * 3) % 10 + 1, 2}));
    const auto together = generate(model, prompts, options, plain());
    for (size_t i = 0; i < prompts.size(); ++i) {
      const auto alone = generate(model, std::span(&prompts[i], 1), options, plain());
      ASSERT_EQ(alone[0].size(), together[i].size());
      for (size_t n = 0; n < alone[0].size(); ++n) {
        EXPECT_EQ(alone[0][n].tokens, together[i][n].tokens);
        EXPECT_EQ(alone[0][n].score, together[i][n].score);
      }
    }
  }
}

TEST(Greedy, TakesTheLikeliestUntilTheEnd) {
  const TrigramModel model(6, 4);
  std::vector<int64_t> tokens{2};
  while (tokens.size() < 20) {
    const auto scores = model.scores_after(tokens);
    tokens.push_back(std::max_element(scores.begin(), scores.end()) - scores.begin());
    if (tokens.back() == 0) break;
  }
  const std::vector<Prompt> prompts{prompt({2})};
  const auto result = generate(model, prompts, {.max_new_tokens = 19, .eos = {0}}, plain())[0][0];
  EXPECT_EQ(result.tokens, std::vector<int64_t>(tokens.begin() + 1, tokens.end()));
}

TEST(Greedy, EveryTokenIsTold) {
  const TrigramModel model(6, 4);
  const std::vector<Prompt> prompts{prompt({2}), prompt({3})};
  std::vector<std::vector<int64_t>> seen(2);
  const DecodeHooks hooks{
      .on_token = [&](int64_t row, int64_t token) { seen[static_cast<size_t>(row)].push_back(token); }};
  const auto results = generate(model, prompts, {.max_new_tokens = 9}, plain(), hooks);
  for (size_t i = 0; i < 2; ++i) EXPECT_EQ(seen[i], results[i][0].tokens);
}

// A sequence ends where the caller says, whatever chooses its tokens, and none of the results goes on behind.
TEST(Decoding, TheCallerMayEndASequence) {
  const TrigramModel model(6, 4);
  const std::vector<Prompt> prompts{prompt({2}), prompt({5, 3})};
  const DecodeHooks hooks{.on_token = {}, .ends = [](std::span<const int64_t> sequence, int64_t generated) {
                            EXPECT_GE(generated, 1);
                            return sequence.back() == 3 || sequence.back() == 1;
                          }};
  for (const DecodeOptions& options :
       {DecodeOptions{.max_new_tokens = 30}, DecodeOptions{.max_new_tokens = 30, .do_sample = true},
        DecodeOptions{.max_new_tokens = 30, .num_beams = 3, .num_return_sequences = 3}}) {
    DecodeOptions by_tokens = options;
    by_tokens.eos = {3, 1};
    const auto found = generate(model, prompts, options, plain(), hooks),
               same = generate(model, prompts, by_tokens, plain());
    for (size_t i = 0; i < prompts.size(); ++i) {
      for (size_t n = 0; n < found[i].size(); ++n) {
        if (options.num_beams == 1) {
          EXPECT_EQ(found[i][n].tokens, same[i][n].tokens);
        }
        const auto& tokens = found[i][n].tokens;
        EXPECT_LT(tokens.size(), 30u);
        for (size_t t = 0; t < tokens.size(); ++t)
          EXPECT_EQ(tokens[t] == 3 || tokens[t] == 1, t + 1 == tokens.size());
      }
    }
  }
}

// Two tokens decide the next, so a window of seven gives what an unlimited one gives.
TEST(SlidingWindow, TextGoesOnAsIfTheModelTookAllOfIt) {
  const TrigramModel narrow(30, 4, 7), wide(30, 4, 1000);
  for (bool do_sample : {false, true}) {
    const DecodeOptions options{
        .max_new_tokens = 100, .do_sample = do_sample, .seed = 3, .slide_window = true};
    const std::vector<Prompt> prompts{prompt({2}), prompt({3, 4, 5, 6, 7}),
                                      prompt({1, 2, 3, 4, 5, 6, 7, 8, 9})};
    const auto slid = generate(narrow, prompts, options, plain()),
               whole = generate(wide, prompts, options, plain());
    for (size_t i = 0; i < prompts.size(); ++i) {
      EXPECT_EQ(slid[i][0].tokens, whole[i][0].tokens);
      EXPECT_EQ(slid[i][0].tokens.size(), 100u);
      EXPECT_EQ(slid[i][0].score, whole[i][0].score);
    }
  }
  const std::vector<Prompt> prompts{prompt({2})};
  EXPECT_EQ(generate(narrow, prompts, {.max_new_tokens = 100}, plain())[0][0].tokens.size(), 6u);
}

TEST(SlidingWindow, TheFixedTokensStayInView) {
  // Notes how each window begins.
  class Watched : public TrigramModel {
   public:
    using TrigramModel::TrigramModel;
    mutable std::vector<std::vector<int64_t>> windows;
    std::unique_ptr<State> start(std::span<const Prompt> prompts, Context& context) const override {
      for (const Prompt& p : prompts) windows.push_back(p.target);
      return TrigramModel::start(prompts, context);
    }
  };
  const Watched model(30, 4, 9);
  const std::vector<Prompt> prompts{{.target = {7, 8, 2}, .fixed = 2}};
  const DecodeOptions options{.max_new_tokens = 40, .slide_window = true};
  const auto tokens = generate(model, prompts, options, plain())[0][0].tokens;
  EXPECT_EQ(tokens.size(), 40u);
  EXPECT_GT(model.windows.size(), 5u);
  for (const auto& window : model.windows) {
    EXPECT_LT(window.size(), 9u);
    EXPECT_EQ(std::vector<int64_t>(window.begin(), window.begin() + 2), (std::vector<int64_t>{7, 8}));
  }
}

TEST(Decoding, MaxLengthCountsThePrompt) {
  const TrigramModel model(6, 4);
  const std::vector<Prompt> prompts{prompt({2}), prompt({2, 3, 4, 5})};
  for (int64_t beams : {1, 3}) {
    const DecodeOptions options{.max_new_tokens = kNoLimit, .max_length = 7, .num_beams = beams};
    const auto results = generate(model, prompts, options, plain());
    EXPECT_EQ(results[0][0].tokens.size(), 6u);
    EXPECT_EQ(results[1][0].tokens.size(), 3u);
  }
}

// Words of two tokens neither occur within what is generated nor across the prompt's end.
TEST(Decoding, BannedWordsDoNotOccur) {
  const TrigramModel model(4, 2);
  const std::vector<Prompt> prompts{prompt({2}), prompt({3})};
  DecodeOptions options{.max_new_tokens = 30};
  for (int64_t first = 0; first < 4; ++first)
    options.sequence_bias.push_back({{first, (first * 3 + 1) % 4}, -std::numeric_limits<double>::infinity()});
  for (int64_t beams : {1, 3}) {
    options.num_beams = beams;
    const auto results = generate(model, prompts, options, plain());
    for (size_t i = 0; i < prompts.size(); ++i) {
      std::vector<int64_t> all = prompts[i].target;
      all.insert(all.end(), results[i][0].tokens.begin(), results[i][0].tokens.end());
      for (size_t t = 1; t < all.size(); ++t) EXPECT_NE(all[t], (all[t - 1] * 3 + 1) % 4);
    }
  }
}

TEST(BeamSearch, NeverStoppingEarlyFindsNoWorse) {
  for (uint64_t seed : {1, 2, 3, 4, 5, 6}) {
    const TrigramModel model(7, seed);
    DecodeOptions options{.max_new_tokens = 12, .num_beams = 3, .length_penalty = 1.5, .eos = {0}};
    const std::vector<Prompt> prompts{prompt({3})};
    const double soon = generate(model, prompts, options, plain())[0][0].score;
    options.never_stop_early = true;
    EXPECT_GE(generate(model, prompts, options, plain())[0][0].score, soon - 1e-12) << "seed " << seed;
  }
}

TEST(BeamSearch, RenormalisedProbabilitiesSumToOne) {
  const TrigramModel model(5, 3);
  const std::vector<Prompt> prompts{prompt({3})};
  DecodeOptions options{
      .max_new_tokens = 1, .num_beams = 4, .num_return_sequences = 4, .suppress_tokens = {2}};
  const auto total = [&] {
    double sum = 0;
    const auto results = generate(model, prompts, options, plain());
    for (const Hypothesis& found : results[0]) sum += std::exp(found.log_probability);
    return sum;
  };
  EXPECT_LT(total(), 0.999);
  options.renormalize_logits = true;
  EXPECT_NEAR(total(), 1, 1e-5);
}

TEST(Decoding, AnyOfSeveralTokensEndsASequence) {
  const TrigramModel model(5, 8);
  const std::vector<Prompt> prompts{prompt({3})};
  for (int64_t beams : {1, 3}) {
    DecodeOptions options{
        .max_new_tokens = 30, .num_beams = beams, .num_return_sequences = beams, .eos = {0, 2}};
    const auto results = generate(model, prompts, options, plain());
    for (const Hypothesis& found : results[0]) {
      const auto end = std::find_if(found.tokens.begin(), found.tokens.end(),
                                    [&](int64_t token) { return options.ends(token); });
      EXPECT_EQ(end - found.tokens.begin() + 1, static_cast<int64_t>(found.tokens.size()));
    }
    options.min_new_tokens = 5;
    EXPECT_GE(generate(model, prompts, options, plain())[0][0].tokens.size(), 5u);
  }
}

TEST(Decoding, APromptMayHaveALimitOfItsOwn) {
  const TrigramModel model(6, 4);
  for (int64_t beams : {1, 3}) {
    const DecodeOptions options{.max_new_tokens = 9, .num_beams = beams};
    const std::vector<Prompt> prompts{{{}, {2}, 4}, {{}, {2}}, {{}, {2}, 20}};
    const auto results = generate(model, prompts, options, plain());
    EXPECT_EQ(results[0][0].tokens.size(), 4u);
    EXPECT_EQ(results[1][0].tokens.size(), 9u);
    EXPECT_EQ(results[2][0].tokens, results[1][0].tokens);
  }
}

TEST(Sampling, TheSeedAndTheRowDecide) {
  const TrigramModel model(20, 2);
  const std::vector<Prompt> prompts{prompt({1}), prompt({1}), prompt({2})};
  const DecodeOptions options{.max_new_tokens = 15, .do_sample = true, .seed = 7};
  const auto a = generate(model, prompts, options, plain());
  const auto b = generate(model, prompts, options, plain());
  const auto second =
      generate(model, std::span(&prompts[1], 1), options, plain(), {}, std::vector<uint64_t>{1});
  EXPECT_EQ(a[0][0].tokens, b[0][0].tokens);
  EXPECT_NE(a[0][0].tokens, a[1][0].tokens);
  EXPECT_EQ(a[1][0].tokens, second[0][0].tokens);
}

TEST(Decoding, ErrorsSayWhatToDo) {
  const TrigramModel model(5);
  const auto error_of = [&](std::vector<Prompt> prompts, DecodeOptions options) -> std::string {
    try {
      generate(model, prompts, options, plain());
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  };
  EXPECT_THAT(error_of({prompt({})}, {}), HasSubstr("prompt 0 is empty"));
  EXPECT_THAT(error_of({prompt({1}), prompt({5})}, {}), HasSubstr("token 5 of prompt 1"));
  EXPECT_THAT(error_of({prompt({1})}, {.num_beams = 0}),
              HasSubstr("num_beams: expected a whole number (from 1 to 10000), found 0"));
  EXPECT_THAT(error_of({prompt({1})}, {.do_sample = true, .temperature = 0}), HasSubstr("temperature"));
  EXPECT_THAT(error_of({prompt({1})}, {.num_beams = 2, .num_return_sequences = 3}), HasSubstr("3 results"));
  EXPECT_THAT(error_of({prompt({1})}, {.suppress_tokens = {0, 1, 2, 3, 4}}),
              HasSubstr("no token is possible"));
  EXPECT_THAT(error_of({prompt({1})}, {.num_beams = 2, .suppress_tokens = {0, 1, 2, 3, 4}}),
              HasSubstr("no token is possible"));
  EXPECT_THAT(error_of({prompt({1, 2, 3})}, {.max_length = 3}), HasSubstr("`max_length` allows 3"));
  EXPECT_THAT(error_of({prompt({1})}, {.length_penalty = NAN}),
              HasSubstr("length_penalty: expected a number, found nan"));
  EXPECT_THAT(error_of({prompt({1})}, {.do_sample = true, .top_p = NAN}),
              HasSubstr("top_p: expected a number (from 0 to 1), found nan"));
  // An end that the vocabulary does not have is never reached.
  for (int64_t token : {-1, 5, 50256}) {
    EXPECT_EQ(error_of({prompt({1})}, {.min_new_tokens = 2, .eos = {0, token}}), "no error");
  }
  const Prompt longer = prompt(std::vector<int64_t>(40, 1));
  EXPECT_THAT(error_of({longer}, {}), HasSubstr("shorten it"));
  EXPECT_THAT(error_of({longer}, {.num_beams = 2, .slide_window = true}), HasSubstr("shorten it"));
  EXPECT_EQ(error_of({}, {}), "no error");
}

}  // namespace
}  // namespace hodhod
