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
  size_t index;  // among the results asked for
  int64_t prompt;
  int64_t max_new_tokens;
  std::vector<int64_t> tokens;
  double log_probability = 0;
  Rng rng;
};

// What a model that takes `most` tokens is to see of a sequence: all of it, or its last half window.
std::vector<int64_t> window(const std::vector<int64_t>& tokens, int64_t most) {
  const auto length = static_cast<int64_t>(tokens.size());
  return {length < most ? tokens.begin() : tokens.end() - std::max<int64_t>(1, most / 2), tokens.end()};
}

// Greedy search and sampling. Rows leave the batch as they end; those whose window is full wait until the
// others have ended or are full as well, and go on together.
std::vector<Hypothesis> extend(const LanguageModel& model, std::span<const Prompt> prompts,
                               const DecodeOptions& options, const TokenCallback& on_token,
                               std::span<const uint64_t> streams) {
  std::vector<Hypothesis> results(prompts.size());
  std::vector<Row> rows, full;
  for (size_t i = 0; i < prompts.size(); ++i) {
    const auto& target = prompts[i].target;
    rows.push_back({i, static_cast<int64_t>(target.size()), most_new_tokens(prompts[i], options), target, 0,
                    Rng(options.seed).fork(streams[i])});
  }
  std::unique_ptr<LanguageModel::State> state;
  std::vector<int64_t> seen;  // tokens of each row's window
  const auto start = [&] {
    std::vector<Prompt> windows;
    seen.clear();
    for (const Row& row : rows) {
      windows.push_back({prompts[row.index].source, window(row.tokens, model.max_length())});
      seen.push_back(static_cast<int64_t>(windows.back().target.size()));
    }
    state = model.start(windows);
  };
  start();
  while (!rows.empty()) {
    std::vector<int64_t> feed;
    for (const Row& row : rows) feed.push_back(row.tokens.back());
    const Tensor logits = model.step(*state, feed);
    const int64_t vocabulary = logits.dim(-1);
    std::vector<Row> open;
    std::vector<int64_t> kept, lengths;
    for (size_t r = 0; r < rows.size(); ++r) {
      Row& row = rows[r];
      const std::span<float> scores(logits.data<float>() + static_cast<int64_t>(r) * vocabulary,
                                    static_cast<size_t>(vocabulary));
      const double total = log_sum_exp(scores);
      const std::vector<float> plain(scores.begin(), scores.end());
      apply_token_rules(options, {row.tokens, row.prompt, row.max_new_tokens}, scores);
      const int64_t token = options.do_sample ? sample(options, scores, row.rng) : likeliest(scores);
      row.log_probability += plain[static_cast<size_t>(token)] - total;
      row.tokens.push_back(token);
      const bool is_full = ++seen[r] >= model.max_length();
      bool ended = options.ends(token) ||
                   static_cast<int64_t>(row.tokens.size()) - row.prompt >= row.max_new_tokens ||
                   (is_full && !options.slide_window);
      if (on_token && !on_token(static_cast<int64_t>(row.index), token)) ended = true;
      if (ended) {
        Hypothesis& result = results[row.index];
        result.tokens.assign(row.tokens.begin() + row.prompt, row.tokens.end());
        result.log_probability = row.log_probability;
        result.score =
            row.log_probability / std::pow(static_cast<double>(result.tokens.size()), options.length_penalty);
      } else if (is_full) {
        full.push_back(std::move(row));
      } else {
        kept.push_back(static_cast<int64_t>(r));
        lengths.push_back(seen[r]);
        open.push_back(std::move(row));
      }
    }
    if (kept.size() != rows.size() && !kept.empty()) state->select(kept);
    rows = std::move(open);
    seen = std::move(lengths);
    if (rows.empty() && !full.empty()) {
      rows = std::move(full);
      full.clear();
      start();
    }
  }
  return results;
}

}  // namespace

int64_t most_new_tokens(const Prompt& prompt, const DecodeOptions& options) {
  return prompt.max_new_tokens < 0 ? options.max_new_tokens
                                   : std::min(options.max_new_tokens, prompt.max_new_tokens);
}

std::vector<Hypotheses> generate(const LanguageModel& model, std::span<const Prompt> prompts,
                                 const DecodeOptions& options, const TokenCallback& on_token,
                                 std::span<const uint64_t> streams) {
  options.validate(model.vocabulary());
  for (size_t i = 0; i < prompts.size(); ++i) {
    const auto& target = prompts[i].target;
    check(!target.empty(), "decoding: prompt {} is empty; begin it with the start token", i);
    check((options.slide_window && options.num_beams == 1) ||
              static_cast<int64_t>(target.size()) < model.max_length(),
          "decoding: prompt {} has {} tokens and the model takes {}; shorten it", i, target.size(),
          model.max_length());
    for (int64_t token : target) {
      check(token >= 0 && token < model.vocabulary(),
            "decoding: token {} of prompt {} is outside a vocabulary of {}", token, i, model.vocabulary());
    }
  }
  check(streams.empty() || streams.size() == prompts.size(), "decoding: {} streams for {} prompts",
        streams.size(), prompts.size());
  if (prompts.empty()) return {};
  if (options.max_new_tokens == 0) return std::vector<Hypotheses>(prompts.size(), Hypotheses(1));
  if (options.num_beams > 1) return beam_search(model, prompts, options);

  // Each result wanted of a prompt is a row of its own.
  const auto copies = static_cast<size_t>(options.num_return_sequences);
  std::vector<Prompt> repeated;
  std::vector<uint64_t> numbers;
  for (size_t i = 0; i < prompts.size(); ++i) {
    for (size_t c = 0; c < copies; ++c) {
      repeated.push_back(prompts[i]);
      numbers.push_back((streams.empty() ? i : streams[i]) * copies + c);
    }
  }
  const auto results = extend(model, repeated, options, on_token, numbers);
  std::vector<Hypotheses> grouped(prompts.size());
  for (size_t i = 0; i < results.size(); ++i) grouped[i / copies].push_back(results[i]);
  return grouped;
}

}  // namespace hodhod
