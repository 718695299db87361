// SPDX-License-Identifier: Apache-2.0
#include "hodhod/decode/token_rules.h"

#include <algorithm>
#include <limits>
#include <vector>

#include "hodhod/base/error.h"

namespace hodhod {
namespace {

constexpr float kBanned = -std::numeric_limits<float>::infinity();

void penalise_repetition(double penalty, std::span<const int64_t> tokens, std::span<float> scores) {
  std::vector<int64_t> seen(tokens.begin(), tokens.end());
  std::sort(seen.begin(), seen.end());
  seen.erase(std::unique(seen.begin(), seen.end()), seen.end());
  for (int64_t token : seen) {
    float& score = scores[static_cast<size_t>(token)];
    score = static_cast<float>(score < 0 ? score * penalty : score / penalty);
  }
}

// Bans every token that would complete an n-gram that the sequence already has.
void ban_repeated_ngrams(int64_t n, std::span<const int64_t> tokens, std::span<float> scores) {
  const int64_t length = static_cast<int64_t>(tokens.size());
  if (length + 1 < n) return;
  const auto context = tokens.last(static_cast<size_t>(n - 1));
  for (int64_t i = 0; i + n <= length; ++i) {
    const auto here = tokens.subspan(static_cast<size_t>(i), static_cast<size_t>(n - 1));
    if (std::equal(here.begin(), here.end(), context.begin())) {
      scores[static_cast<size_t>(tokens[static_cast<size_t>(i + n - 1)])] = kBanned;
    }
  }
}

void force(int64_t token, std::span<float> scores) {
  std::fill(scores.begin(), scores.end(), kBanned);
  scores[static_cast<size_t>(token)] = 0;
}

}  // namespace

void DecodeOptions::validate(int64_t vocabulary) const {
  const auto at_least = [](const char* name, auto value, auto least) {
    check(value >= least, "decoding: {} is {}; give at least {}", name, value, least);
  };
  at_least("max_new_tokens", max_new_tokens, 0);
  at_least("min_new_tokens", min_new_tokens, 0);
  at_least("num_beams", num_beams, 1);
  at_least("num_return_sequences", num_return_sequences, 1);
  at_least("top_k", top_k, 0);
  at_least("no_repeat_ngram_size", no_repeat_ngram_size, 0);
  check(num_beams == 1 || !do_sample, "decoding: sampling with {} beams; use num_beams 1", num_beams);
  check(num_return_sequences <= num_beams || do_sample,
        "decoding: {} results asked of {} beams; raise num_beams or sample", num_return_sequences, num_beams);
  check(temperature > 0, "decoding: temperature is {}; give a number above 0", temperature);
  check(top_p > 0 && top_p <= 1, "decoding: top_p is {}; give a number above 0 and up to 1", top_p);
  check(min_p >= 0 && min_p <= 1, "decoding: min_p is {}; give a number from 0 to 1", min_p);
  check(repetition_penalty > 0, "decoding: repetition_penalty is {}; give a number above 0",
        repetition_penalty);
  const auto known = [&](const char* name, int64_t token) {
    check(token >= -1 && token < vocabulary, "decoding: {} is token {} but the vocabulary has {}", name,
          token, vocabulary);
  };
  for (int64_t token : eos) {
    check(token >= 0 && token < vocabulary, "decoding: eos has token {}; give tokens from 0 to {}", token,
          vocabulary - 1);
  }
  known("forced_bos", forced_bos);
  known("forced_eos", forced_eos);
  for (const auto* list : {&suppress_tokens, &begin_suppress_tokens}) {
    for (int64_t token : *list) {
      check(token >= 0 && token < vocabulary, "decoding: suppressed token {} is outside a vocabulary of {}",
            token, vocabulary);
    }
  }
}

void apply_token_rules(const DecodeOptions& options, const RowView& row, std::span<float> scores) {
  const int64_t length = static_cast<int64_t>(row.tokens.size());
  const int64_t generated = length - row.prompt;
  if (options.repetition_penalty != 1.0) penalise_repetition(options.repetition_penalty, row.tokens, scores);
  if (options.no_repeat_ngram_size > 0) ban_repeated_ngrams(options.no_repeat_ngram_size, row.tokens, scores);
  if (generated < options.min_new_tokens || length < options.min_length) {
    for (int64_t token : options.eos) scores[static_cast<size_t>(token)] = kBanned;
  }
  for (int64_t token : options.suppress_tokens) scores[static_cast<size_t>(token)] = kBanned;
  if (generated == 0) {
    for (int64_t token : options.begin_suppress_tokens) scores[static_cast<size_t>(token)] = kBanned;
    if (options.forced_bos >= 0) force(options.forced_bos, scores);
  }
  if (options.forced_eos >= 0 && generated + 1 == row.max_new_tokens) force(options.forced_eos, scores);
}

}  // namespace hodhod
