// SPDX-License-Identifier: Apache-2.0
// generation_config.json, which says how the model of a Hugging Face directory is decoded.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hodhod/base/json.h"
#include "hodhod/decode/options.h"

namespace hodhod {

struct GenerationConfig {
  DecodeOptions options;
  std::vector<std::string> warnings;  // about what the files ask for and this program does not do
};

// How the model in `directory` is decoded.
//
// A directory with a generation_config.json is decoded as Transformers would do it. Keys that the file lacks
// have Transformers' default (no sampling, one beam, top_k 50), not that of `usual`. Only the length differs:
// without max_length and max_new_tokens it is the usual one, not 20. Where both are given, max_new_tokens
// counts. Without a generation_config.json, the same keys are read from config.json, where older releases
// wrote them. A directory without any of them is decoded as `usual` says, with the end tokens of its
// config.json.
//
// The settings for `task` in task_specific_params of config.json, if there are any, override all of these, as
// they do in a pipeline of Transformers: "summarization".
//
// Words of one token in "bad_words_ids" are suppressed; longer ones become biases. An Error names the file
// and the key of a value of another type.
GenerationConfig read_generation_config(const std::string& directory, const DecodeOptions& usual,
                                        std::string_view task = {});
// The same from files that have been read: config.json, and generation_config.json or null.
GenerationConfig generation_config_of(const std::string& directory, const Json& config,
                                      const Json& generation, const DecodeOptions& usual,
                                      std::string_view task = {});

}  // namespace hodhod
