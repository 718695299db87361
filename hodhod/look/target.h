// SPDX-License-Identifier: Apache-2.0
// The one answer that gradients and cuts are of: a token at a place, a label of the text, or of a word.
#pragma once

#include <cstdint>
#include <string>

#include "hodhod/base/json.h"
#include "hodhod/look/reading.h"
#include "hodhod/look/subject.h"
#include "hodhod/tensor/tensor.h"

namespace hodhod::look {

struct Target {
  int64_t at = -1;     // index of a token of reading.answered(); −1: of the whole text
  int64_t answer = 0;  // a token's id, or the number of a label
  bool token = true;
  bool log_probability = true;  // rather than the logit
};

// `at` is a word of the text, the number of a token, or empty: then the last place (of a target the one that
// gives its last token), the mask, or the first word that is tagged other than most. Error if there is no
// such place.
Target target_of(const Subject& subject, const Reading& reading, const Tensor& logits, const std::string& at);

// Of one row of a batch's answer: the logits of the target's place [K or V].
Tensor logits_at_target(const Target& target, const Tensor& logits, int64_t row, int64_t time);
// What they say: the logarithm of the probability of the target's answer, and the likeliest answer.
struct Outcome {
  double log_probability = 0;
  int64_t first = 0;
};
Outcome outcome_of(const Target& target, const Tensor& logits, int64_t row, int64_t time);
// What gradients are of, a scalar on the tape, from the logits of the target's place.
Tensor objective(const Target& target, const Tensor& row);

// The fields of GradientOf and Cuts that say what they are of.
Json to_json(const Target& target, const Reading& reading);

}  // namespace hodhod::look
