// SPDX-License-Identifier: Apache-2.0
// generation_config.json of a new model.
#pragma once

#include "hodhod/base/json.h"
#include "hodhod/decode/options.h"
#include "hodhod/models/model_config.h"

namespace hodhod {

// What Transformers needs so that it decodes as `options` say by default, for a model of this configuration:
//   - options that differ from Transformers' own defaults (it keeps the 50 likeliest tokens where top_k is
//   not
//     given), those of sampling only where it samples;
//   - max_length, what the model takes, where max_new_tokens is as DecodeOptions has it: Transformers would
//     stop at 20 tokens, or run out of a table of positions;
//   - special tokens; of an encoder–decoder, what it begins with, that padding is no word, and that a text that
//     reaches the limit ends with the end of sequence.
Json generation_json(const DecodeOptions& options, const ModelConfig& config);

}  // namespace hodhod
