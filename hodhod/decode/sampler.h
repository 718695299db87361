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

// The `count` greatest scores in descending order; the lower token first among equals.
std::vector<Candidate> top_candidates(std::span<const float> scores, int64_t count);

// log Σ exp(score), in double.
double log_sum_exp(std::span<const float> scores);

// One token, drawn from softmax(scores / temperature). Before that, tokens are left out by top-k, top-p,
// min-p, typical-p, epsilon and eta, in this order. Each of them works on the probabilities of the tokens
// that the ones before have left, and leaves at least one.
//
// The next number u of `rng`, in [0, 1), stands for the token at which the probabilities of the tokens, added
// up in their order, exceed u: in the order of ids, or likeliest first where the tokens were sorted. With
// top-p alone they are not sorted: tokens of the whole vocabulary are drawn until one is in the nucleus, and
// behind one that is not, only from those that are likelier, since no other is in it either.
int64_t sample(const DecodeOptions& options, std::span<const float> scores, Rng& rng);

}  // namespace hodhod
