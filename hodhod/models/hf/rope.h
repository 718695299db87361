// SPDX-License-Identifier: Apache-2.0
// Rotary positions in a decoder's config.json: rope_theta and rope_scaling, or both inside rope_parameters,
// as Transformers writes them since release 5.
#pragma once

#include <string_view>

#include "hodhod/models/hf/config_reader.h"
#include "hodhod/models/transformer_config.h"

namespace hodhod::hf {

// A family's own names of settings.
struct RopeKeys {
  std::string_view base = "rope_theta";
  std::string_view share = {};  // of a head's channels that turn; empty: the family turns all of them
};

// Error for an unknown kind of scaling, and for settings that differ between types of layers.
void read_rope(ConfigReader& reader, TransformerConfig& config, const RopeKeys& keys = {});
void write_rope(const TransformerConfig& config, Json& out, const RopeKeys& keys = {});

}  // namespace hodhod::hf
