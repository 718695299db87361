// SPDX-License-Identifier: Apache-2.0
// Decoding options that a call overrides.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hodhod/decode/options.h"

namespace hodhod {

// Options of one call. Those that are not given come from the model's generation_config.json.
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
