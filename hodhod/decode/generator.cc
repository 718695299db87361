// SPDX-License-Identifier: Apache-2.0
#include "hodhod/decode/generator.h"

#include <algorithm>
#include <cmath>
#include <utility>

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
  Rng rng;
  double log_probability = 0;
  int64_t seen = 0;  // tokens of its window
};

// What a model that takes `most` tokens is to see of a sequence: all of it, or `fixed` tokens of its
// beginning and as many of its end that half of the rest is free.
std::vector<int64_t> window(const std::vector<int64_t>& tokens, int64_t fixed, int64_t most) {
  if (static_cast<int64_t>(tokens.size()) < most) return tokens;
  fixed = std::min(fixed, most / 2);
  std::vector<int64_t> seen(tokens.begin(), tokens.begin() + fixed);
  seen.insert(seen.end(), tokens.end() - std::max<int64_t>(1, (most - fixed) / 2), tokens.end());
  return seen;
}

// Greedy search and sampling. Rows leave the batch as they end; those whose window is full wait until the
// others have ended or are full as well, and go on together.
class Extension {
 public:
  Extension(const LanguageModel& model, std::span<const Prompt> prompts, const DecodeOptions& options,
            Context& context, const DecodeHooks& hooks, std::span<const uint64_t> streams)
      : model_(model),
        prompts_(prompts),
        options_(options),
        context_(context),
        hooks_(hooks),
        results_(prompts.size()) {
    for (size_t i = 0; i < prompts.size(); ++i) {
      const auto& target = prompts[i].target;
      open_.push_back({i, static_cast<int64_t>(target.size()), most_new_tokens(prompts[i], options), target,
                       Rng(options.seed).fork(streams[i])});
    }
  }

  std::vector<Hypothesis> run() {
    while (!open_.empty()) {
      start();
      while (!open_.empty()) step();
      open_ = std::exchange(full_, {});
    }
    return std::move(results_);
  }

 private:
  void start() {
    std::vector<Prompt> windows;
    for (Row& row : open_) {
      const Prompt& prompt = prompts_[row.index];
      windows.push_back({prompt.source, window(row.tokens, prompt.fixed, model_.max_length())});
      row.seen = static_cast<int64_t>(windows.back().target.size());
    }
    state_ = model_.start(windows, context_);
  }

  void step() {
    std::vector<int64_t> feed;
    for (const Row& row : open_) feed.push_back(row.tokens.back());
    const Tensor logits = model_.step(*state_, feed, context_);
    const int64_t vocabulary = logits.dim(-1);
    std::vector<Row> open;
    std::vector<int64_t> kept;
    for (size_t r = 0; r < open_.size(); ++r) {
      Row& row = open_[r];
      extend(row,
             {logits.data<float>() + static_cast<int64_t>(r) * vocabulary, static_cast<size_t>(vocabulary)});
      const bool is_full = ++row.seen >= model_.max_length();
      if (ends(row) || (is_full && !options_.slide_window)) {
        finish(row);
      } else if (is_full) {
        full_.push_back(std::move(row));
      } else {
        kept.push_back(static_cast<int64_t>(r));
        open.push_back(std::move(row));
      }
    }
    if (kept.size() != open_.size() && !kept.empty()) state_->select(kept);
    open_ = std::move(open);
  }

  // Chooses a row's next token by its scores.
  void extend(Row& row, std::span<float> scores) {
    const double total = log_sum_exp(scores);
    const std::vector<float> plain(scores.begin(), scores.end());
    const Prompt& prompt = prompts_[row.index];
    apply_token_rules(options_,
                      {row.tokens, row.prompt, row.max_new_tokens,
                       prompt.source.empty() ? prompt.target : prompt.source.tokens},
                      scores);
    const int64_t token = options_.do_sample ? sample(options_, scores, row.rng) : likeliest(scores);
    row.log_probability += plain[static_cast<size_t>(token)] - total;
    row.tokens.push_back(token);
    if (hooks_.on_token) hooks_.on_token(static_cast<int64_t>(row.index), token);
  }

  bool ends(const Row& row) const {
    const int64_t generated = static_cast<int64_t>(row.tokens.size()) - row.prompt;
    return options_.ends(row.tokens.back()) || generated >= row.max_new_tokens ||
           (hooks_.ends && hooks_.ends(row.tokens, generated));
  }

  void finish(const Row& row) {
    Hypothesis& result = results_[row.index];
    result.tokens.assign(row.tokens.begin() + row.prompt, row.tokens.end());
    result.log_probability = row.log_probability;
    result.score =
        row.log_probability / std::pow(static_cast<double>(result.tokens.size()), options_.length_penalty);
  }

  const LanguageModel& model_;
  std::span<const Prompt> prompts_;
  const DecodeOptions& options_;
  Context& context_;
  const DecodeHooks& hooks_;
  std::unique_ptr<LanguageModel::State> state_;
  std::vector<Row> open_, full_;
  std::vector<Hypothesis> results_;
};

void check_prompts(const LanguageModel& model, std::span<const Prompt> prompts,
                   const DecodeOptions& options) {
  for (size_t i = 0; i < prompts.size(); ++i) {
    const auto& target = prompts[i].target;
    const auto length = static_cast<int64_t>(target.size());
    check(length > 0, "decoding: prompt {} is empty; begin it with the start token", i);
    check((options.slide_window && options.num_beams == 1) || length < model.max_length(),
          "decoding: prompt {} has {} tokens and the model takes {}; shorten it", i, length,
          model.max_length());
    check(options.max_length == 0 || length < options.max_length,
          "decoding: prompt {} has {} tokens, and max_length allows {} with those that are generated; raise "
          "it, or give max_new_tokens instead",
          i, length, options.max_length);
    for (int64_t token : target) {
      check(token >= 0 && token < model.vocabulary(),
            "decoding: token {} of prompt {} is outside a vocabulary of {}; the tokenizer knows tokens that "
            "the model does not",
            token, i, model.vocabulary());
    }
  }
}

}  // namespace

int64_t most_new_tokens(const Prompt& prompt, const DecodeOptions& options) {
  int64_t most = options.max_new_tokens;
  if (prompt.max_new_tokens >= 0) most = std::min(most, prompt.max_new_tokens);
  if (options.max_length > 0)
    most = std::min(most, options.max_length - static_cast<int64_t>(prompt.target.size()));
  return most;
}

std::vector<Hypotheses> generate(const LanguageModel& model, std::span<const Prompt> prompts,
                                 const DecodeOptions& options, Context& context, const DecodeHooks& hooks,
                                 std::span<const uint64_t> streams) {
  options.validate(model.vocabulary());
  check_prompts(model, prompts, options);
  check(streams.empty() || streams.size() == prompts.size(), "decoding: {} streams for {} prompts",
        streams.size(), prompts.size());
  if (prompts.empty()) return {};
  if (options.max_new_tokens == 0) return std::vector<Hypotheses>(prompts.size(), Hypotheses(1));
  if (options.num_beams > 1) return beam_search(model, prompts, options, context, hooks);

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
  const auto results = Extension(model, repeated, options, context, hooks, numbers).run();
  std::vector<Hypotheses> grouped(prompts.size());
  for (size_t i = 0; i < results.size(); ++i) grouped[i / copies].push_back(results[i]);
  return grouped;
}

}  // namespace hodhod
