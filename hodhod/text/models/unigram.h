// SPDX-License-Identifier: Apache-2.0
// Unigram language model (Kudo 2018): the segmentation with the greatest sum of log-probabilities.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "hodhod/text/models/model.h"

namespace hodhod::text {

// `pieces[i]` is (token, log-probability) of id i; `unk_id` is the id for unknown characters, if any.
ModelPtr make_unigram(std::vector<std::pair<std::string, double>> pieces, std::optional<int32_t> unk_id,
                      bool byte_fallback = false, const std::string& where = "Unigram");

ModelPtr unigram_from_json(const Json& json, const std::string& where);

// Other segmentations of a piece than the best, for subword regularisation (Kudo 2018, section 3). `model` is
// a Unigram model; Error otherwise.
struct ScoredTokens {
  std::vector<Token> tokens;
  double score = 0;  // Σ log-probability
};
// The n best (n ≤ 1024), best first; fewer if there are fewer.
std::vector<ScoredTokens> best_tokens(const TokenizerModel& model, std::string_view piece, size_t n);
// One at random, with probability ∝ exp(alpha · score).
std::vector<Token> sample_tokens(const TokenizerModel& model, std::string_view piece, double alpha, Rng& rng);

}  // namespace hodhod::text
