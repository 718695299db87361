// SPDX-License-Identifier: Apache-2.0
// The role of a model that turns tokens into hidden states, one vector for each token. Classifiers, taggers,
// masked-language heads and text embeddings are built on this role and do not know what is behind it: a
// Transformer, a recurrent network, a table of vectors.
//
// Dimensions: B batch, T time, C width.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "hodhod/nn/context.h"
#include "hodhod/tensor/tensor.h"

namespace hodhod {

// The letters of the words in a batch of B rows of T tokens, for models that read them (models/letters.h):
// W different spellings of up to L letters.
struct WordLetters {
  Tensor ids;           // [W, L] i64
  Tensor lengths = {};  // [W] i64, from 1 to L; undefined: all L
  Tensor of_tokens;     // [B, T] i64: 1 + the spelling of the word whose first token this is; 0: none
};

// Sequences of token ids, padded on the right to the same length.
struct TokenBatch {
  Tensor ids;               // [B, T] i64
  Tensor lengths = {};      // [B] i64; undefined: all rows have length T
  Tensor token_types = {};  // [B, T] i64; undefined: all 0
  // [B, T] f32; undefined: all 1. What each counts, for models that read features (text_features.h); the ids
  // are then those of features.
  Tensor weights = {};
  std::optional<WordLetters> letters = {};  // for models that read them beside the tokens
  // [B, T] i64, 1 for a token that attends to all and is attended to by all; undefined: those that the model
  // usually takes. For models with global attention.
  Tensor global = {};
  // Whether padding attends to its row too, which gives its states a meaning, as in Transformers. They do not
  // change those of the row.
  bool padding_attends = false;

  // A batch of rows of different lengths: T is the longest, and `pad` fills the rest.
  static TokenBatch of(std::span<const std::vector<int64_t>> rows, int64_t pad);
};

// The result for a batch: a vector for each token. Vectors past the end of a row have no meaning.
struct HiddenStates {
  Tensor states;   // [B, T, C]
  Tensor lengths;  // [B] i64, as in the batch; undefined: all rows have length T
};

class Encoder {
 public:
  virtual ~Encoder() = default;
  // Tokens → hidden states [B, T, C]. Without dropout, the states of a row have the same bits whatever the
  // other rows and the padding are. Dropout is on if context.training. Gradients flow unless a NoGrad is
  // active. Error, with the model's name, for a token outside the (source) vocabulary. Error for more tokens
  // than the model has positions, if it has a table of positions.
  virtual HiddenStates encode(const TokenBatch& tokens, Context& context) const = 0;
  // The states of every layer [B, T, C], layer 0 being what the first one reads. None for a model that gives
  // the states of encode() alone.
  virtual std::vector<Tensor> encode_layers(const TokenBatch& /*tokens*/, Context& /*context*/) const {
    return {};
  }
};

}  // namespace hodhod
