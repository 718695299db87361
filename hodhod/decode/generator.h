// SPDX-License-Identifier: Apache-2.0
// From prompts to sequences in one call: greedy search, sampling and beam search over any LanguageModel.
//
// Every result depends on its own prompt alone: not on what else is in the batch, nor on the order.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "hodhod/decode/request.h"
#include "hodhod/models/language_model.h"
#include "hodhod/nn/context.h"

namespace hodhod {

// What the caller of `generate` is told, and decides, on the way.
struct DecodeHooks {
  // Called with each token of each row as it is chosen by greedy search or sampling. A prompt has
  // num_return_sequences rows, one after the other.
  std::function<void(int64_t row, int64_t token)> on_token = {};
  SequenceEnd ends = {};
};

// Decodes all prompts as one batch (see Decoding). Sampling draws for prompt i from the stream numbered
// (seed, streams[i]), or (seed, i) if no streams are given. Error when an option is out of range or a prompt
// has no room for a token.
std::vector<Hypotheses> generate(const LanguageModel& model, std::span<const Prompt> prompts,
                                 const DecodeOptions& options, Context& context,
                                 const DecodeHooks& hooks = {}, std::span<const uint64_t> streams = {});

}  // namespace hodhod
