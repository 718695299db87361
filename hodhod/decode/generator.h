// SPDX-License-Identifier: Apache-2.0
// From prompts to sequences: greedy search, sampling and beam search over any LanguageModel.
//
// Every result depends on its own prompt alone: not on what else is in the batch, nor on the order.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "hodhod/decode/options.h"
#include "hodhod/models/language_model.h"

namespace hodhod {

struct Hypothesis {
  std::vector<int64_t> tokens;  // generated, without the prompt; with the end of sequence if it came
  double log_probability = 0;   // of `tokens`; under the rules in force, without renormalising
  double score = 0;             // what hypotheses are ranked by: log_probability / length^length_penalty
};

// Results for one prompt, best first: num_return_sequences of them.
using Hypotheses = std::vector<Hypothesis>;

// What the caller of `generate` hears of, and decides, while it goes on.
struct DecodeHooks {
  // Hears of each token of each row as it is chosen, by greedy search and sampling. (A prompt has
  // num_return_sequences rows, one after the other.)
  std::function<void(int64_t row, int64_t token)> on_token = {};
  // Whether a sequence ends with its last token, though that is no end of sequence: a stop string, say. A
  // function of the sequence (prompt and all, of which `generated` are new), asked after every token.
  std::function<bool(std::span<const int64_t> sequence, int64_t generated)> ends = {};
};

// The lowest of the options' limits and the prompt's own.
int64_t most_new_tokens(const Prompt& prompt, const DecodeOptions& options);

// Decodes all prompts as one batch. Sampling draws for prompt i from the stream numbered (seed, streams[i]),
// or (seed, i) if no streams are given. Error when a prompt has no room for a token.
std::vector<Hypotheses> generate(const LanguageModel& model, std::span<const Prompt> prompts,
                                 const DecodeOptions& options, Context& context,
                                 const DecodeHooks& hooks = {}, std::span<const uint64_t> streams = {});

}  // namespace hodhod
