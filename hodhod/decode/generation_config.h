// SPDX-License-Identifier: Apache-2.0
// generation_config.json, where a Hugging Face model directory says how it is best decoded.
#pragma once

#include <string>
#include <vector>

#include "hodhod/decode/options.h"

namespace hodhod {

struct GenerationConfig {
  DecodeOptions options;
  std::vector<std::string> warnings;  // what the files say that is not done
};

// How the model in `directory` is decoded.
//
// A directory with a generation_config.json is decoded as Transformers would: what the file leaves out has
// Transformers' value (no sampling, one beam, top_k 50), whatever `usual` says, but for the length: without
// max_length and max_new_tokens it is the usual one, not 20. Of these two, max_new_tokens comes first. Older
// releases wrote the same keys into config.json: where there is no generation_config.json they are read from
// there. A directory that says nothing is decoded as `usual` says, with the end tokens of its config.json.
//
// Words of one token in "bad_words_ids" are suppressed, longer ones become biases. Error, with the file and
// the key, when a value is of another type.
GenerationConfig read_generation_config(const std::string& directory, const DecodeOptions& usual);

}  // namespace hodhod
