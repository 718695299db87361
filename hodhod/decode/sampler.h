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

// One token drawn from softmax(scores / temperature) after top-k, top-p and min-p, in that order, with the
// next number of `rng`.
int64_t sample(const DecodeOptions& options, std::span<const float> scores, Rng& rng);

}  // namespace hodhod
