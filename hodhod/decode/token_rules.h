// SPDX-License-Identifier: Apache-2.0
// The rules that change the scores of single tokens before one is chosen.
#pragma once

#include <cstdint>
#include <span>

#include "hodhod/decode/options.h"

namespace hodhod {

// The sequence of a row so far, and how many of its tokens are the prompt.
struct RowView {
  std::span<const int64_t> tokens;
  int64_t prompt = 0;
  int64_t max_new_tokens = 0;            // the limit of this row
  std::span<const int64_t> source = {};  // tokens of the source; of the prompt where there is no source
};

// Applies the rules to `scores` [V], in this order:
//   1. sequence biases;
//   2. penalties for tokens of the source and of the row (a positive score is divided by the penalty, a negative
//      one multiplied);
//   3. no repeated n-gram, of the row and of the source;
//   4. minimum length;
//   5. decay of the end's score with the length;
//   6. suppressed tokens;
//   7. forced first and last token.
// A banned token gets −∞. A forced one gets 0, and every other −∞. Rules about tokens outside the vocabulary
// do nothing.
void apply_token_rules(const DecodeOptions& options, const RowView& row, std::span<float> scores);

// Whether the options have such a rule, so that scores may change.
bool has_token_rules(const DecodeOptions& options);

}  // namespace hodhod
