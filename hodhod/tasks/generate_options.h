// SPDX-License-Identifier: Apache-2.0
// The options of decoding that a call changes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hodhod/decode/options.h"

namespace hodhod {

// What a call may ask for; what is not given is as the model's generation_config.json says.
struct GenerateOptions {
  std::optional<int64_t> max_new_tokens = {};
  std::optional<bool> do_sample = {};
  std::optional<double> temperature = {};
  std::optional<int64_t> top_k = {};
  std::optional<double> top_p = {};
  std::optional<int64_t> num_beams = {};
  std::optional<uint64_t> seed = {};
  std::vector<std::string> stop_strings = {};

  DecodeOptions applied_to(DecodeOptions options) const;
};

}  // namespace hodhod
