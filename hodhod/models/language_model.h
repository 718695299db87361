// SPDX-License-Identifier: Apache-2.0
// The role of a model that predicts the next token. Decoding, perplexity and training use nothing else of a
// model, so that n-grams, recurrent networks and Transformers look the same to them.
//
// There are two ways to run it. loss() and logits() run over whole sequences at once: for training and
// perplexity. start() and step() append one token at a time: for decoding.
//
// Dimensions: B batch, T time, S source time, C width, V vocabulary.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "hodhod/models/encoder.h"
#include "hodhod/nn/context.h"
#include "hodhod/ops/loss.h"
#include "hodhod/tensor/tensor.h"

namespace hodhod {

// What a sequence-to-sequence model reads: token ids, or features (frames of sound, patches of a picture).
// Empty for a model that reads no source. The models of this library read tokens only.
struct Source {
  std::vector<int64_t> tokens = {};
  Tensor features = {};  // [S, C] f32

  bool empty() const { return tokens.empty() && !features.defined(); }
};

// What decoding starts from.
struct Prompt {
  Source source = {};
  std::vector<int64_t> target;  // first tokens of the sequence; at least one
  int64_t max_new_tokens = -1;  // limit for this prompt, if lower than that of the options; -1: none
  int64_t fixed = 0;            // tokens at the beginning that stay when the window slides
};

// Whole sequences, for logits() and loss(). Row b of `source` belongs to row b of `target`.
struct SequenceBatch {
  TokenBatch source = {};  // undefined ids if the model reads no source
  TokenBatch target;
};

// How a token was predicted: ln p, and the number of tokens that decided, itself included; 0: all before it.
struct TokenScore {
  double log_probability = 0;
  int64_t length = 0;
};

// What a model knows of texts that it has read in part and that go on: tensors by name, such as the hidden
// states of a recurrent network, with the rows of the batch in dimension 1. Their size does not depend on
// how much has been read.
using CarriedState = std::vector<std::pair<std::string, Tensor>>;

// The loss of a piece of texts, and what is carried on to the next piece.
struct CarriedLoss {
  Tensor loss;
  CarriedState state;
};

class LanguageModel {
 public:
  // A batch of sequences that are being decoded; start() makes it and the caller owns it. Rows do not
  // influence each other: step() gives a row the same bits alone or among others, whenever it joined them.
  // While a State exists, the model must live and its parameters must not change.
  class State {
   public:
    virtual ~State() = default;
    // Row i becomes what row rows[i] was. A row may be repeated; rows that are not listed are removed.
    virtual void select(std::span<const int64_t> rows) = 0;
    // Appends the rows of another state of the same model, which is used up.
    virtual void append(State&& other) = 0;
  };

  virtual ~LanguageModel() = default;
  virtual int64_t vocabulary() const = 0;  // V
  // Longest sequence in tokens, prompt included. Callers must not exceed it.
  virtual int64_t max_length() const = 0;
  // How many tokens before a prediction can decide about it.
  virtual int64_t reach() const { return max_length(); }

  // Makes a State with one row for each prompt. The row has read the prompt's source and its target except
  // for the last token, which the caller passes to the first step(). No gradients. Error, with the model's
  // name, for a token outside the vocabulary.
  virtual std::unique_ptr<State> start(std::span<const Prompt> prompts, Context& context) const = 0;
  // Appends tokens[i] to row i (one token for every row) and returns f32 logits [rows, V] of the next token:
  // log-probabilities up to a constant for each row. No gradients. NotFinite when they are not finite; Error
  // for a token outside the vocabulary.
  virtual Tensor step(State& state, std::span<const int64_t> tokens, Context& context) const = 0;
  // Whether the logits of step() are the ln p that score() gives, so that decoding need not sum over the
  // vocabulary.
  virtual bool gives_log_probabilities() const { return false; }

  // Bytes that a State takes when each of its rows has `length` tokens (and a source of that length).
  virtual int64_t state_bytes(int64_t /*rows*/, int64_t /*length*/) const { return 0; }

  // Logits [B, T, V] of the token after each token of the target; the same bits that step() gives. They have
  // no meaning past the end of a row, and are not checked to be finite.
  virtual Tensor logits(const SequenceBatch& batch, Context& context) const = 0;
  // Cross-entropy: −log p(label) of the token after each token of the target. labels [B, T] i64;
  // kIgnoreIndex means that nothing is predicted there. `options` sets the reduction and label smoothing.
  // Gradients flow unless a NoGrad is active. By default the loss is computed from logits(); a model can
  // override it with a way that does not store [B, T, V].
  virtual Tensor loss(const SequenceBatch& batch, const Tensor& labels, const CrossEntropyOptions& options,
                      Context& context) const;

  // ---- running text in pieces ----
  // The state before the first token of `rows` texts. Empty for a model that carries none, such as a
  // Transformer: each of its sequences is a text of its own.
  virtual CarriedState first_state(int64_t /*rows*/) const { return {}; }
  // loss() of sequences that go on from `state`, with the state after their T tokens. The states are
  // detached, so that gradients stay within a piece (truncated back-propagation through time, Williams &
  // Peng 1990). The losses of a text do not depend on how it is cut into pieces, to the bit. With an empty
  // state it is loss(), and nothing is carried on. Error when the state is not one of this model and batch.
  virtual CarriedLoss loss_from(const CarriedState& state, const SequenceBatch& batch, const Tensor& labels,
                                const CrossEntropyOptions& options, Context& context) const;

  // The prediction of labels[i] after tokens[0 … i], without gradients; nothing is said of labels that are
  // kIgnoreIndex. By default it comes from loss().
  virtual std::vector<TokenScore> score(std::span<const int64_t> tokens, std::span<const int64_t> labels,
                                        Context& context) const;
};

}  // namespace hodhod
