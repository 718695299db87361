// SPDX-License-Identifier: Apache-2.0
// One text as the model reads it: its sequences of tokens, the batch of one that they make, and the model's
// answer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hodhod/look/sequence.h"
#include "hodhod/look/subject.h"
#include "hodhod/models/language_model.h"
#include "hodhod/nn/context.h"

namespace hodhod::look {

// What is to be read.
struct ReadingOptions {
  std::vector<std::string> texts = {};             // two for a model of pairs, otherwise one
  std::optional<std::string> target = {};          // what a translator is made to write
  int64_t generate = 0;                            // tokens that a language model adds
  std::vector<int64_t> ids = {}, target_ids = {};  // in place of texts
};

struct Reading {
  // Source and target of a model that reads a source; the text twice of one that reads it twice; otherwise
  // one.
  std::vector<Sequence> sequences;
  SequenceBatch batch;               // of one; an encoder's tokens are its source
  std::vector<int64_t> places = {};  // tokens that get an answer: all, or those that begin a word (taggers)
  std::vector<std::string> notes = {};  // sentences for whoever made the page

  // The sequence whose tokens get the answers.
  const Sequence& answered() const { return sequences.back(); }
};

Reading read_text(const Subject& subject, const ReadingOptions& options);

// A batch of `rows` equal rows, on a device.
SequenceBatch repeated(const SequenceBatch& batch, int64_t rows, Device device = Device::cpu);

// The model's answer to a batch like the reading's: logits of the vocabulary [B, T, V] (masked-language
// models [B·T, V]), of labels [B, K], or of labels for tokens [B, T, K]; without a head the states [B, T, C].
Tensor answer_of(const Model& model, const SequenceBatch& batch, Context& context);

}  // namespace hodhod::look
