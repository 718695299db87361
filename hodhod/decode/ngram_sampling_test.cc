// SPDX-License-Identifier: Apache-2.0
// Tokens drawn from an n-gram model come as often as the model says.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "hodhod/base/file.h"
#include "hodhod/base/threads.h"
#include "hodhod/decode/generator.h"
#include "hodhod/models/made_ngrams.h"

namespace hodhod {
namespace {

using Words = MadeNgrams::Words;

Prompt prompt_of_words(const Words& words) { return {.target = {words.begin(), words.end()}}; }

// The first token after the prompt, in many streams.
std::vector<int64_t> drawn_after(const LanguageModel& model, const Words& words, const DecodeOptions& options,
                                 int64_t count) {
  Context context;
  std::vector<int64_t> tokens;
  std::vector<uint64_t> streams(256);
  for (uint64_t first = 0; std::ssize(tokens) < count; first += streams.size()) {
    std::iota(streams.begin(), streams.end(), first);
    const std::vector<Prompt> prompts(streams.size(), prompt_of_words(words));
    for (const Hypotheses& found : generate(model, prompts, options, context, {}, streams))
      tokens.push_back(found[0].tokens[0]);
  }
  return tokens;
}

// p after temperature, top-k and top-p, in double.
std::vector<double> shaped(std::vector<double> p, const DecodeOptions& options) {
  for (double& one : p) one = std::pow(one, 1 / options.temperature);
  std::vector<size_t> order(p.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return p[a] > p[b]; });
  size_t kept = options.top_k > 0 ? static_cast<size_t>(options.top_k) : p.size();
  double total = 0, sum = 0;
  for (size_t i = 0; i < kept; ++i) total += p[order[i]];
  for (size_t i = 0; i < kept; sum += p[order[i++]]) {
    if (sum >= options.top_p * total) kept = i;
  }
  for (size_t i = kept; i < p.size(); ++i) p[order[i]] = 0;
  const double left = std::accumulate(p.begin(), p.end(), 0.0);
  for (double& one : p) one /= left;
  return p;
}

// Pearson's statistic and its degrees of freedom. Tokens that are expected less than 5 times count as one.
std::pair<double, double> chi_square(const std::vector<double>& p, const std::vector<int64_t>& tokens) {
  std::vector<double> counts(p.size());
  for (const int64_t token : tokens) ++counts[static_cast<size_t>(token)];
  const auto n = static_cast<double>(tokens.size());
  double statistic = 0, rare = 0, rare_count = 0;
  double groups = -1;
  const auto add = [&](double expected, double count) {
    statistic += (count - expected) * (count - expected) / expected;
    ++groups;
  };
  for (size_t i = 0; i < p.size(); ++i) {
    if (p[i] == 0) {
      EXPECT_EQ(counts[i], 0) << i;
    } else if (n * p[i] >= 5) {
      add(n * p[i], counts[i]);
    } else {
      rare += n * p[i];
      rare_count += counts[i];
    }
  }
  if (rare > 0) add(rare, rare_count);
  return {statistic, groups};
}

TEST(NgramSampling, TokensComeAsOftenAsTheModelSays) {
  const TemporaryDirectory directory;
  const MadeNgrams made;
  const auto model = made.model(directory.path());
  std::vector<DecodeOptions> ways(5);
  ways[1].temperature = 0.7;
  ways[2].top_p = 0.8;
  ways[3].top_k = 20;
  ways[4] = {.temperature = 1.3, .top_k = 300, .top_p = 0.6};
  for (DecodeOptions& options : ways) {
    options.do_sample = true;
    options.max_new_tokens = 1;
    for (const Words& words : {Words{5}, Words{3, 2}, Words{4, 2}, Words{2, 4}}) {
      const auto [statistic, freedom] =
          chi_square(shaped(made.all(words), options), drawn_after(*model, words, options, 5000));
      EXPECT_GT(freedom, 5);
      EXPECT_NEAR(statistic, freedom, 4 * std::sqrt(2 * freedom));
    }
  }
}

TEST(NgramSampling, TheLikeliestTokenIsTakenAndItsProbabilityTold) {
  const TemporaryDirectory directory;
  const MadeNgrams made;
  const auto model = made.model(directory.path());
  Context context;
  const std::vector<Prompt> prompts = {prompt_of_words({3, 2}), prompt_of_words({77})};
  const auto found = generate(*model, prompts, {.max_new_tokens = 8}, context);
  for (size_t i = 0; i < prompts.size(); ++i) {
    Words words(prompts[i].target.begin(), prompts[i].target.end());
    double log = 0;
    for (const int64_t token : found[i][0].tokens) {
      const std::vector<double> p = made.all(words);
      EXPECT_EQ(token, std::max_element(p.begin(), p.end()) - p.begin());
      log += std::log(p[static_cast<size_t>(token)]);
      words.push_back(static_cast<uint32_t>(token));
    }
    EXPECT_NEAR(found[i][0].log_probability, log, 1e-4);
  }
}

TEST(NgramSampling, TokensDependNeitherOnTheBatchNorOnThreads) {
  const TemporaryDirectory directory;
  const MadeNgrams made;
  const int threads = thread_count();
  std::vector<Prompt> prompts;
  for (uint32_t word = 0; word < 12; ++word) prompts.push_back(prompt_of_words({word % 5, word % 4}));
  for (const DecodeOptions& options :
       {DecodeOptions{.max_new_tokens = 30, .do_sample = true},
        DecodeOptions{.max_new_tokens = 30, .do_sample = true, .top_p = 0.7}}) {
    set_thread_count(1);
    Context context;
    std::vector<std::vector<int64_t>> alone;
    for (uint64_t i = 0; i < prompts.size(); ++i) {
      // A model that keeps nothing yet.
      const auto fresh = made.model(directory.path());
      const std::vector<uint64_t> stream{i};
      alone.push_back(
          generate(*fresh, std::span(prompts).subspan(i, 1), options, context, {}, stream)[0][0].tokens);
    }
    const auto model = made.model(directory.path());
    for (const int count : {1, 3}) {
      set_thread_count(count);
      const auto together = generate(*model, prompts, options, context);
      for (size_t i = 0; i < prompts.size(); ++i) EXPECT_EQ(together[i][0].tokens, alone[i]);
    }
  }
  set_thread_count(threads);
}

}  // namespace
}  // namespace hodhod
