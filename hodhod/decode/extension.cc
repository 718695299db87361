// SPDX-License-Identifier: Apache-2.0
#include "hodhod/decode/extension.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "hodhod/decode/sampler.h"
#include "hodhod/decode/token_rules.h"
#include "hodhod/kernels/scratch.h"

namespace hodhod {
namespace {

// What a model that takes `most` tokens is to see of a sequence: all of it, or `fixed` tokens of its
// beginning and as many of its end that half of the rest is free.
std::vector<int64_t> window(const std::vector<int64_t>& tokens, int64_t fixed, int64_t most) {
  if (static_cast<int64_t>(tokens.size()) < most) return tokens;
  fixed = std::min(fixed, most / 2);
  std::vector<int64_t> seen(tokens.begin(), tokens.begin() + fixed);
  seen.insert(seen.end(), tokens.end() - std::max<int64_t>(1, (most - fixed) / 2), tokens.end());
  return seen;
}

}  // namespace

Extension::Extension(const DecodeRequest& request, const LanguageModel& model)
    : request_(&request),
      model_(&model),
      prompt_(std::ssize(request.prompt.target)),
      max_new_tokens_(most_new_tokens(request.prompt, request.options)),
      results_(static_cast<size_t>(request.options.num_return_sequences)) {
  const auto count = static_cast<uint64_t>(request.options.num_return_sequences);
  for (uint64_t i = 0; i < count; ++i) {
    full_.push_back({static_cast<int64_t>(i), request.prompt.target,
                     Rng(request.options.seed).fork(request.stream * count + i)});
  }
}

std::vector<RowStart> Extension::starts() {
  std::vector<RowStart> starts;
  for (Row& row : full_) {
    const Prompt& prompt = request_->prompt;
    std::vector<int64_t> seen = window(row.tokens, prompt.fixed, model_->max_length());
    row.seen = std::ssize(seen);
    // At first all sequences are the prompt, and begin together.
    if (!starts.empty() && starts.back().prompt.target == seen) {
      ++starts.back().rows;
    } else {
      starts.push_back({{prompt.source, std::move(seen)}});
    }
    open_.push_back(std::move(row));
  }
  full_.clear();
  return starts;
}

void Extension::look(size_t index, std::span<float> scores) {
  Row& row = open_[index];
  const DecodeOptions& options = request_->options;
  const Prompt& prompt = request_->prompt;
  const double total = model_->gives_log_probabilities() ? 0 : log_sum_exp(scores);
  kernels::Scratch scratch;
  std::span<const float> plain = scores;
  if (has_token_rules(options)) {
    auto* copy = scratch.get<float>(std::ssize(scores));
    std::copy(scores.begin(), scores.end(), copy);
    plain = {copy, scores.size()};
    const std::vector<int64_t>& source = prompt.source.empty() ? prompt.target : prompt.source.tokens;
    apply_token_rules(options, {row.tokens, prompt_, max_new_tokens_, source}, scores);
  }
  row.next = options.do_sample ? sample(options, scores, row.rng) : likeliest(scores);
  row.gain = static_cast<double>(plain[static_cast<size_t>(row.next)]) - total;
}

std::vector<size_t> Extension::advance() {
  chosen_.clear();
  std::vector<Row> open;
  std::vector<size_t> kept;
  for (size_t r = 0; r < open_.size(); ++r) {
    Row& row = open_[r];
    row.tokens.push_back(row.next);
    row.log_probability += row.gain;
    chosen_.push_back({row.sequence, row.next});
    const bool is_full = ++row.seen >= model_->max_length();
    if (ends(row) || (is_full && !request_->options.slide_window)) {
      finish(row);
    } else if (is_full) {
      full_.push_back(std::move(row));
    } else {
      kept.push_back(r);
      open.push_back(std::move(row));
    }
  }
  open_ = std::move(open);
  return kept;
}

bool Extension::ends(const Row& row) const {
  const int64_t generated = std::ssize(row.tokens) - prompt_;
  return request_->options.ends(row.tokens.back()) || generated >= max_new_tokens_ ||
         (request_->ends && request_->ends(row.tokens, generated));
}

void Extension::finish(const Row& row) {
  Hypothesis& result = results_[static_cast<size_t>(row.sequence)];
  result.tokens.assign(row.tokens.begin() + prompt_, row.tokens.end());
  result.log_probability = row.log_probability;
  result.score = row.log_probability /
                 std::pow(static_cast<double>(result.tokens.size()), request_->options.length_penalty);
}

}  // namespace hodhod
