// SPDX-License-Identifier: Apache-2.0
// The rules that change the scores of single tokens before one is chosen.
#pragma once

#include <cstdint>
#include <span>

#include "hodhod/decode/options.h"

namespace hodhod {

// Where a row stands: the whole sequence so far, and how much of it was the prompt.
struct RowView {
  std::span<const int64_t> tokens;
  int64_t prompt = 0;
  int64_t max_new_tokens = 0;            // the limit that is in force for this row
  std::span<const int64_t> source = {};  // the encoder's tokens, or the prompt's where there is none
};

// Applies, in this order: sequence biases; penalties of the source's and of the row's own repetition (a
// positive score is divided by the penalty, a negative one multiplied); no repeated n-gram, of the row and of
// the source; minimum length; decay of the length; suppressed tokens; forced first and last token. A banned
// token gets −∞; a forced one 0 and every other −∞. `scores` has one entry for each token of the vocabulary;
// tokens outside of it cannot occur, and rules about them do nothing.
void apply_token_rules(const DecodeOptions& options, const RowView& row, std::span<float> scores);

}  // namespace hodhod
