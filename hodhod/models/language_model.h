// SPDX-License-Identifier: Apache-2.0
// What decoding knows of a model: it can start sequences and extend them by a token. n-grams, recurrent
// networks and Transformers are alike to the sampler, the beam search, perplexity and the server.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "hodhod/tensor/tensor.h"

namespace hodhod {

// What a sequence starts from.
struct Prompt {
  std::vector<int64_t> source;  // the encoder's tokens; empty where there is no encoder
  std::vector<int64_t> target;  // what the sequence begins with, at least one token
  int64_t max_new_tokens = -1;  // where this one ends if the options' limit comes later; -1: nowhere
  int64_t fixed = 0;            // tokens at its beginning that stay in view when the window slides
};

class LanguageModel {
 public:
  // A batch of sequences under way. Rows do not influence each other.
  class State {
   public:
    virtual ~State() = default;
    // Row i becomes what row rows[i] was; rows may repeat and may be left out.
    virtual void select(std::span<const int64_t> rows) = 0;
  };

  virtual ~LanguageModel() = default;
  virtual int64_t vocabulary() const = 0;
  // Longest sequence in tokens, prompt included.
  virtual int64_t max_length() const = 0;

  // One row for each prompt, holding all of its target but the last token, which is for the first step to
  // feed.
  virtual std::unique_ptr<State> start(std::span<const Prompt> prompts) const = 0;
  // Appends tokens[i] to row i and returns f32 logits [rows, V] of what comes next: log-probabilities up to a
  // constant of the row.
  virtual Tensor step(State& state, std::span<const int64_t> tokens) const = 0;
};

}  // namespace hodhod
