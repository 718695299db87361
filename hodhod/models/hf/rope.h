// SPDX-License-Identifier: Apache-2.0
// The rotary positions of a decoder in config.json: rope_theta and rope_scaling or, as Transformers writes
// them from release 5 on, both in rope_parameters.
#pragma once

#include "hodhod/models/hf/config_reader.h"
#include "hodhod/models/transformer_config.h"

namespace hodhod::hf {

// Error for a kind of scaling that is not known, and for parameters by type of layer.
void read_rope(ConfigReader& reader, TransformerConfig& config);
void write_rope(const TransformerConfig& config, Json& out);

}  // namespace hodhod::hf
