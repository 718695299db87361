// SPDX-License-Identifier: Apache-2.0
// The role of a model that has one vector for each word, whatever stands around it.
//
// Dimensions: V vocabulary, C width.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "hodhod/tensor/tensor.h"

namespace hodhod {

class Vectors {
 public:
  virtual ~Vectors() = default;
  // The vectors of the vocabulary [V, C]: row i is that of the tokenizer's token i.
  virtual Tensor matrix() const = 0;
  // The vector of a word that is not in the vocabulary, made of its subwords. Nothing if the model has no
  // subwords, or the word has none.
  virtual std::optional<std::vector<float>> unseen(std::string_view word) const = 0;
};

}  // namespace hodhod
