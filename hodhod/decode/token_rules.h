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
  int64_t max_new_tokens = 0;  // the limit that is in force for this row
};

// Applies, in this order: repetition penalty (a positive score is divided by it, a negative one multiplied),
// no repeated n-gram, minimum length, suppressed tokens, forced first and last token. A banned token gets −∞;
// a forced one 0 and every other −∞. `scores` has one entry for each token of the vocabulary.
void apply_token_rules(const DecodeOptions& options, const RowView& row, std::span<float> scores);

}  // namespace hodhod
