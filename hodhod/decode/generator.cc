// SPDX-License-Identifier: Apache-2.0
#include "hodhod/decode/generator.h"

#include <algorithm>
#include <cmath>

#include "hodhod/base/error.h"
#include "hodhod/decode/beam_search.h"
#include "hodhod/decode/sampler.h"
#include "hodhod/decode/token_rules.h"

namespace hodhod {
namespace {

// A sequence that is being extended one token at a time.
struct Row {
  int64_t index;  // among the results asked for
  int64_t prompt;
  std::vector<int64_t> tokens;
  double log_probability = 0;
  Rng rng;
};

// Greedy search and sampling: rows leave the batch as they end.
std::vector<Hypothesis> extend(const LanguageModel& model, std::span<const Prompt> prompts,
                               const DecodeOptions& options, const TokenCallback& on_token,
                               std::span<const uint64_t> streams) {
  std::vector<Hypothesis> results(prompts.size());
  std::vector<Row> rows;
  for (size_t i = 0; i < prompts.size(); ++i) {
    const auto& target = prompts[i].target;
    rows.push_back({static_cast<int64_t>(i), static_cast<int64_t>(target.size()), target, 0,
                    Rng(options.seed).fork(streams[i])});
  }
  const auto state = model.start(prompts);
  while (!rows.empty()) {
    std::vector<int64_t> feed;
    for (const Row& row : rows) feed.push_back(row.tokens.back());
    const Tensor logits = model.step(*state, feed);
    const int64_t vocabulary = logits.dim(-1);
    std::vector<Row> open;
    std::vector<int64_t> kept;
    for (size_t r = 0; r < rows.size(); ++r) {
      Row& row = rows[r];
      const std::span<float> scores(logits.data<float>() + static_cast<int64_t>(r) * vocabulary,
                                    static_cast<size_t>(vocabulary));
      const double total = log_sum_exp(scores);
      const std::vector<float> plain(scores.begin(), scores.end());
      apply_token_rules(options, {row.tokens, row.prompt}, scores);
      const int64_t token = options.do_sample ? sample(options, scores, row.rng) : likeliest(scores);
      row.log_probability += plain[static_cast<size_t>(token)] - total;
      row.tokens.push_back(token);
      const int64_t length = static_cast<int64_t>(row.tokens.size());
      bool ended = token == options.eos || length - row.prompt >= options.max_new_tokens ||
                   length >= model.max_length();
      if (on_token && !on_token(row.index, token)) ended = true;
      if (ended) {
        Hypothesis& result = results[static_cast<size_t>(row.index)];
        result.tokens.assign(row.tokens.begin() + row.prompt, row.tokens.end());
        result.log_probability = row.log_probability;
        result.score =
            row.log_probability / std::pow(static_cast<double>(result.tokens.size()), options.length_penalty);
      } else {
        kept.push_back(static_cast<int64_t>(r));
        open.push_back(std::move(row));
      }
    }
    if (kept.size() != rows.size() && !kept.empty()) state->select(kept);
    rows = std::move(open);
  }
  return results;
}

}  // namespace

std::vector<Hypotheses> generate(const LanguageModel& model, std::span<const Prompt> prompts,
                                 const DecodeOptions& options, const TokenCallback& on_token,
                                 uint64_t first_row) {
  options.validate(model.vocabulary());
  for (size_t i = 0; i < prompts.size(); ++i) {
    const auto& target = prompts[i].target;
    check(!target.empty(), "decoding: prompt {} is empty; begin it with the start token", i);
    check(static_cast<int64_t>(target.size()) < model.max_length(),
          "decoding: prompt {} has {} tokens and the model takes {}; shorten it", i, target.size(),
          model.max_length());
    for (int64_t token : target) {
      check(token >= 0 && token < model.vocabulary(),
            "decoding: token {} of prompt {} is outside a vocabulary of {}", token, i, model.vocabulary());
    }
  }
  if (prompts.empty()) return {};
  if (options.max_new_tokens == 0) return std::vector<Hypotheses>(prompts.size(), Hypotheses(1));
  if (options.num_beams > 1) return beam_search(model, prompts, options);

  // Each result wanted of a prompt is a row of its own.
  const auto copies = static_cast<size_t>(options.num_return_sequences);
  std::vector<Prompt> repeated;
  std::vector<uint64_t> streams;
  for (size_t i = 0; i < prompts.size(); ++i) {
    for (size_t c = 0; c < copies; ++c) {
      repeated.push_back(prompts[i]);
      streams.push_back((first_row + i) * copies + c);
    }
  }
  const auto results = extend(model, repeated, options, on_token, streams);
  std::vector<Hypotheses> grouped(prompts.size());
  for (size_t i = 0; i < results.size(); ++i) grouped[i / copies].push_back(results[i]);
  return grouped;
}

}  // namespace hodhod
