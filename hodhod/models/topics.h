// SPDX-License-Identifier: Apache-2.0
// The role of a model that sees texts as mixtures of topics, and topics as distributions over words.
//
// Dimensions: K topics, V vocabulary.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "hodhod/tensor/tensor.h"

namespace hodhod {

class Topics {
 public:
  virtual ~Topics() = default;
  // p(word | topic), [K, V] f64. Each row sums to 1.
  virtual Tensor word_probabilities() const = 0;
  // The share of each topic in a text of these words, [K]. The same words give the same bits. Without a word,
  // the shares are those that the model expects of any text.
  virtual std::vector<double> mixture(std::span<const int64_t> words) const = 0;
};

}  // namespace hodhod
