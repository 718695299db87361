// SPDX-License-Identifier: Apache-2.0
// Choosing a token from scores.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "hodhod/base/rng.h"
#include "hodhod/decode/options.h"

namespace hodhod {

struct Candidate {
  int64_t token;
  float score;
};

// The greatest score; the lowest token among equals. Error if every score is −∞ or NaN.
int64_t likeliest(std::span<const float> scores);

// The `count` greatest, in order; the lower token first among equals.
std::vector<Candidate> top_candidates(std::span<const float> scores, int64_t count);

// log Σ exp(score), in double.
double log_sum_exp(std::span<const float> scores);

// One token drawn from softmax(scores / temperature), with the next number of `rng`, after leaving out tokens
// by top-k, top-p, min-p, typical-p, epsilon and eta, in that order; each of them counts with the
// probabilities of what the ones before left. At least one token stays.
int64_t sample(const DecodeOptions& options, std::span<const float> scores, Rng& rng);

}  // namespace hodhod
