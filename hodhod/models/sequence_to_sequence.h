// SPDX-License-Identifier: Apache-2.0
// The role of a model that writes one sequence while it reads another: translation, summaries, captions.
#pragma once

#include "hodhod/models/language_model.h"

namespace hodhod {

// A language model of the target given the source. Its prompts and batches have a source.
//
// Where it attends to the source it traces, once for each layer that does and in their order, the
// probabilities [B, H, T, S] under a name that ends in "cross_attention.probabilities".
class SequenceToSequence : public LanguageModel {
 public:
  // Longest source in tokens.
  virtual int64_t max_source_length() const = 0;
};

}  // namespace hodhod
