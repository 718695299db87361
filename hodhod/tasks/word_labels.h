// SPDX-License-Identifier: Apache-2.0
// From a tagger's logits, one row for each token, to labels, one for each word: the logits at the words'
// first pieces, which sequences of labels are possible, and their loss.
//
// Dimensions: B batch, T tokens, W words, L labels.
#pragma once

#include <cstdint>
#include <vector>

#include "hodhod/models/heads.h"
#include "hodhod/ops/crf.h"
#include "hodhod/tasks/labels.h"
#include "hodhod/tensor/host_array.h"
#include "hodhod/tensor/tensor.h"

namespace hodhod {

// What a tagger computes for the words of a batch.
struct WordLogits {
  Tensor logits;      // [B, W, L]; rows past the last word have no meaning
  HostArray lengths;  // [B], in words
};

// The logits [B, T, L] at the positions of each row's words.
WordLogits logits_at(const Tensor& logits, const std::vector<std::vector<int64_t>>& positions);

// log p(label) of each word, [B, W, L]: with a conditional random field the marginal probability, otherwise
// the softmax of the word's logits. No gradients.
Tensor log_probabilities(const TaggingHead& head, const WordLogits& words);

// The sum over all words of −log p(label) under the head's conditional random field. labels [B, T], with
// kIgnoreIndex for tokens that are not the first piece of a word.
Tensor crf_loss_of_words(const Crf& crf, const Tensor& logits, const Tensor& labels);

// In labels of entities in IOB2, I-X may follow only B-X or I-X. All other labels may follow any.
LabelRule label_rule(const Labels& labels, bool entities);

}  // namespace hodhod
