// SPDX-License-Identifier: Apache-2.0
// What a model answers, for a page's index: the best tokens of each place, what each layer would say
// (Nostalgebraist 2020, "interpreting GPT: the logit lens"), and labels. Sums over the vocabulary are in
// double precision.
#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "hodhod/base/json.h"
#include "hodhod/look/reading.h"
#include "hodhod/look/subject.h"
#include "hodhod/tensor/tensor.h"

namespace hodhod::look {

// What is said of one row of logits: the sum, the entropy, and the best of them.
struct Distribution {
  double log_sum = 0;              // ln Σ exp(logit)
  double entropy_bits = 0;         // 0 where a logit is not finite
  std::vector<int64_t> best = {};  // ids, most probable first; ties by id
};
Distribution distribution_of(std::span<const float> logits, int64_t best);
// How many logits are greater, plus 1; ties are counted by id.
int64_t rank_of(std::span<const float> logits, int64_t id);

// The last places that have predictions, and those of the lens: each costs a row of the vocabulary.
inline constexpr int64_t kMostPlaces = 1024, kMostLensPlaces = 64;

// Index of `predictions`: of the tokens that have an answer. `mentioned` collects token ids.
Json predictions_json(const Subject& subject, const Reading& reading, const Tensor& logits,
                      std::set<int64_t>& mentioned);
// Of `lens`, from the outputs of the embedding and the layers; null for a model without one.
Json lens_json(const Subject& subject, const Reading& reading,
               std::span<const std::pair<std::string, Tensor>> levels, std::set<int64_t>& mentioned);
// How many levels the lens of a Transformer has: its embedding and its layers.
int64_t levels_of_lens(const ModelConfig& config);
// Of `labels`.
Json labels_json(const Subject& subject, const Reading& reading, const Tensor& logits);

// The likeliest label of a classifier's row, or of each tagged word.
std::vector<int64_t> chosen_labels(const Subject& subject, const Reading& reading, const Tensor& logits);
// Whether the model's answers are tokens.
bool answers_tokens(const ModelConfig& config);
// The token that place `at` should predict: the next one, of a masked-language model the place's own; −1:
// unknown.
int64_t truth_at(const Subject& subject, const Reading& reading, int64_t at);
// The id of the mask of a masked-language model; −1: none.
int64_t mask_of(const Subject& subject);

}  // namespace hodhod::look
