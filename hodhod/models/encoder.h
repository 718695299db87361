// SPDX-License-Identifier: Apache-2.0
// The role of a model that reads tokens: a hidden state for each. Classifiers, taggers, masked-language heads
// and embeddings stand on it, whatever is inside: a Transformer, a recurrent network, a table of vectors.
//
// B batch, T time, C width.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "hodhod/nn/context.h"
#include "hodhod/tensor/tensor.h"

namespace hodhod {

// Sequences of token ids, padded on the right to one length.
struct TokenBatch {
  Tensor ids;               // [B, T] i64
  Tensor lengths = {};      // [B] i64; undefined: all of length T
  Tensor token_types = {};  // [B, T] i64; undefined: all 0

  // From ragged rows; `pad` fills them up.
  static TokenBatch of(std::span<const std::vector<int64_t>> rows, int64_t pad);
};

// What a model makes of a batch: a vector for each token. Those past the end of a row mean nothing.
struct HiddenStates {
  Tensor states;   // [B, T, C]
  Tensor lengths;  // [B] i64; undefined: all of length T
};

class Encoder {
 public:
  virtual ~Encoder() = default;
  // Tokens → hidden states [B, T, C]. A row does not depend on the others, nor on its padding. Error, with
  // the model's name, for a token outside the vocabulary and for more tokens than the model takes.
  virtual HiddenStates encode(const TokenBatch& tokens, Context& context) const = 0;
};

}  // namespace hodhod
