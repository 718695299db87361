// SPDX-License-Identifier: Apache-2.0
// generation_config.json, where a Hugging Face model directory says how it is best decoded.
#pragma once

#include <string>

#include "hodhod/decode/options.h"
#include "hodhod/models/transformer_config.h"

namespace hodhod {

// `options` with what the directory's file sets in their place; as they are when there is no file. Keys that
// are not ours are passed over; "max_length" counts as max_new_tokens where the file has none, for an
// encoder–decoder. Words of one token in "bad_words_ids" are suppressed. Error, with the file and the key,
// when a value is of another type.
DecodeOptions read_generation_config(const std::string& directory, DecodeOptions options);

// Writes the file for a model, unless there is one: it may have been changed by hand.
void write_generation_config(const std::string& directory, const DecodeOptions& options,
                             const TransformerConfig& config);

}  // namespace hodhod
