// SPDX-License-Identifier: Apache-2.0
// The role of a model that generates one sequence from another: translation, summaries, captions.
#pragma once

#include "hodhod/models/language_model.h"

namespace hodhod {

// A LanguageModel of the target, given the source: every Prompt and SequenceBatch must have a source, and
// vocabulary() and max_length() are those of the target.
//
// Each layer that attends to the source traces its attention probabilities [B, H, T, S] (H heads), in the
// order of the layers, under a name that ends in "cross_attention.probabilities". Alignments are made from
// these.
class SequenceToSequence : public LanguageModel {
 public:
  // Longest source in tokens. Callers must not exceed it.
  virtual int64_t max_source_length() const = 0;
};

}  // namespace hodhod
