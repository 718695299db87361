// SPDX-License-Identifier: Apache-2.0
#include "hodhod/decode/token_rules.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace hodhod {
namespace {

constexpr float kBanned = -std::numeric_limits<float>::infinity();

// Calls change(score) for the score of a token that the vocabulary has.
template <class Change>
void at_token(std::span<float> scores, int64_t token, Change&& change) {
  if (token >= 0 && token < static_cast<int64_t>(scores.size())) change(scores[static_cast<size_t>(token)]);
}

void ban(std::span<float> scores, int64_t token) {
  at_token(scores, token, [](float& score) { score = kBanned; });
}

void penalise_repetition(double penalty, std::span<const int64_t> tokens, std::span<float> scores) {
  std::vector<int64_t> seen(tokens.begin(), tokens.end());
  std::sort(seen.begin(), seen.end());
  seen.erase(std::unique(seen.begin(), seen.end()), seen.end());
  for (int64_t token : seen) {
    at_token(scores, token, [&](float& score) {
      score = static_cast<float>(score < 0 ? score * penalty : score / penalty);
    });
  }
}

// Calls visit(token) for every token that would complete, after `tokens`, an n-gram of `text`.
template <class Visit>
void for_each_completion(int64_t n, std::span<const int64_t> tokens, std::span<const int64_t> text,
                         Visit&& visit) {
  if (static_cast<int64_t>(tokens.size()) + 1 < n) return;
  const auto context = tokens.last(static_cast<size_t>(n - 1));
  for (int64_t i = 0; i + n <= static_cast<int64_t>(text.size()); ++i) {
    const auto here = text.subspan(static_cast<size_t>(i), static_cast<size_t>(n - 1));
    if (std::equal(here.begin(), here.end(), context.begin())) visit(text[static_cast<size_t>(i + n - 1)]);
  }
}

void ban_ngrams_of(int64_t n, std::span<const int64_t> tokens, std::span<const int64_t> text,
                   std::span<float> scores) {
  if (n > 0) for_each_completion(n, tokens, text, [&](int64_t token) { ban(scores, token); });
}

void add_biases(const std::vector<SequenceBias>& biases, std::span<const int64_t> tokens,
                std::span<float> scores) {
  for (const SequenceBias& entry : biases) {
    const auto n = static_cast<int64_t>(entry.tokens.size());
    for_each_completion(n, tokens, entry.tokens, [&](int64_t token) {
      at_token(scores, token, [&](float& score) { score = static_cast<float>(score + entry.bias); });
    });
  }
}

// As exponential_decay_length_penalty of Transformers does it.
void hasten_the_end(const DecodeOptions& options, int64_t generated, std::span<float> scores) {
  if (options.decay_factor == 1.0 || generated <= options.decay_start) return;
  const double growth = std::pow(options.decay_factor, generated - options.decay_start) - 1;
  for (int64_t token : options.eos) {
    at_token(scores, token, [&](float& score) {
      if (std::isfinite(score)) score += static_cast<float>(std::abs(score) * growth);
    });
  }
}

void force(int64_t token, std::span<float> scores) {
  std::fill(scores.begin(), scores.end(), kBanned);
  scores[static_cast<size_t>(token)] = 0;
}

}  // namespace

void apply_token_rules(const DecodeOptions& options, const RowView& row, std::span<float> scores) {
  const int64_t length = static_cast<int64_t>(row.tokens.size());
  const int64_t generated = length - row.prompt;
  add_biases(options.sequence_bias, row.tokens, scores);
  if (options.encoder_repetition_penalty != 1.0)
    penalise_repetition(1 / options.encoder_repetition_penalty, row.source, scores);
  if (options.repetition_penalty != 1.0) penalise_repetition(options.repetition_penalty, row.tokens, scores);
  ban_ngrams_of(options.no_repeat_ngram_size, row.tokens, row.tokens, scores);
  ban_ngrams_of(options.encoder_no_repeat_ngram_size, row.tokens, row.source, scores);
  if (generated < options.min_new_tokens || length < options.min_length) {
    for (int64_t token : options.eos) ban(scores, token);
  }
  hasten_the_end(options, generated, scores);
  for (int64_t token : options.suppress_tokens) ban(scores, token);
  // A token is forced behind one that begins a text, and the first free one follows it.
  const bool forces = options.forced_bos >= 0 && row.prompt == 1;
  if (generated == (forces ? 1 : 0)) {
    for (int64_t token : options.begin_suppress_tokens) ban(scores, token);
  }
  if (forces && generated == 0) force(options.forced_bos, scores);
  if (options.forced_eos >= 0 && generated + 1 == row.max_new_tokens) force(options.forced_eos, scores);
}

bool has_token_rules(const DecodeOptions& options) {
  return !options.sequence_bias.empty() || options.encoder_repetition_penalty != 1.0 ||
         options.repetition_penalty != 1.0 || options.no_repeat_ngram_size > 0 ||
         options.encoder_no_repeat_ngram_size > 0 || options.min_new_tokens > 0 || options.min_length > 0 ||
         options.decay_factor != 1.0 || !options.suppress_tokens.empty() ||
         !options.begin_suppress_tokens.empty() || options.forced_bos >= 0 || options.forced_eos >= 0;
}

}  // namespace hodhod
