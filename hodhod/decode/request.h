// SPDX-License-Identifier: Apache-2.0
// What is asked of decoding, and what comes of it.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "hodhod/decode/options.h"
#include "hodhod/models/language_model.h"

namespace hodhod {

// Whether a sequence ends with its last token, though that is no end of sequence: a stop string, say. A
// function of the sequence alone (prompt and all, of which `generated` tokens are new), asked after each
// token.
using SequenceEnd = std::function<bool(std::span<const int64_t> sequence, int64_t generated)>;

struct DecodeRequest {
  Prompt prompt;
  DecodeOptions options = {};
  uint64_t stream = 0;    // sampling draws from the stream (options.seed, stream)
  SequenceEnd ends = {};  // asked where it is given
};

struct Hypothesis {
  std::vector<int64_t> tokens;  // generated, without the prompt; with the end of sequence if it came
  double log_probability = 0;   // of `tokens`; under the rules in force, without renormalising
  double score = 0;             // what hypotheses are ranked by: log_probability / length^length_penalty
};

// The results of one request, best first: num_return_sequences of them. In the order of their streams where
// they are sampled.
using Hypotheses = std::vector<Hypothesis>;

// The lowest of the options' limits and the prompt's own.
int64_t most_new_tokens(const Prompt& prompt, const DecodeOptions& options);

// Error when the model cannot begin with a prompt, which the message calls `name`: it is empty or too long,
// or one of its tokens is outside the vocabulary. The options are valid.
void check_prompt(const LanguageModel& model, const Prompt& prompt, const DecodeOptions& options,
                  std::string_view name);

}  // namespace hodhod
