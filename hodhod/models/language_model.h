// SPDX-License-Identifier: Apache-2.0
// The role of a model that predicts the next token. Decoding, perplexity and training know no more of a
// model: n-grams, recurrent networks and Transformers are alike to them.
//
// B batch, T time, V vocabulary.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "hodhod/models/encoder.h"
#include "hodhod/nn/context.h"
#include "hodhod/ops/loss.h"
#include "hodhod/tensor/tensor.h"

namespace hodhod {

// What a sequence-to-sequence model reads: token ids, or features of sound or of a picture's patches. Empty
// for a model that reads none.
struct Source {
  std::vector<int64_t> tokens = {};
  Tensor features = {};  // [S, C] f32

  bool empty() const { return tokens.empty() && !features.defined(); }
};

// What a sequence starts from.
struct Prompt {
  Source source = {};
  std::vector<int64_t> target;  // what the sequence begins with, at least one token
  int64_t max_new_tokens = -1;  // where this one ends if the options' limit comes later; -1: nowhere
  int64_t fixed = 0;            // tokens at its beginning that stay in view when the window slides
};

// Rows of tokens to predict, each with the source that it is the target of.
struct SequenceBatch {
  TokenBatch source = {};  // undefined ids for a model that reads no source
  TokenBatch target;
};

class LanguageModel {
 public:
  // A batch of sequences under way. Rows do not influence each other: what step() gives for a row has the
  // same bits alone and among any others, whenever it has joined them.
  class State {
   public:
    virtual ~State() = default;
    // Row i becomes what row rows[i] was. Rows may repeat, and those that are left out leave.
    virtual void select(std::span<const int64_t> rows) = 0;
    // The rows of another state of the same model join behind those there are.
    virtual void append(State&& other) = 0;
  };

  virtual ~LanguageModel() = default;
  virtual int64_t vocabulary() const = 0;
  // Longest sequence in tokens, prompt included.
  virtual int64_t max_length() const = 0;

  // One row for each prompt, holding all of its target but the last token, which is for the first step to
  // feed.
  virtual std::unique_ptr<State> start(std::span<const Prompt> prompts, Context& context) const = 0;
  // Appends tokens[i] to row i and returns f32 logits [rows, V] of what comes next: log-probabilities up to a
  // constant of the row. Error (NotFinite) when they are not finite.
  virtual Tensor step(State& state, std::span<const int64_t> tokens, Context& context) const = 0;

  // Bytes that a State of so many rows takes once each has `length` tokens (and a source of that length).
  virtual int64_t state_bytes(int64_t /*rows*/, int64_t /*length*/) const { return 0; }

  // The logits [B, T, V] of what comes after each token of the target: those that step() gives, bit for bit.
  virtual Tensor logits(const SequenceBatch& batch, Context& context) const = 0;
  // The cross-entropy −log p(label) of what comes after each token; labels [B, T] i64, kIgnoreIndex where
  // nothing is to be predicted. On the tape where gradients are wanted. It is computed from the logits,
  // unless a model knows a way that does not store [B, T, V].
  virtual Tensor loss(const SequenceBatch& batch, const Tensor& labels, const CrossEntropyOptions& options,
                      Context& context) const;
};

}  // namespace hodhod
