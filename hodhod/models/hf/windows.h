// SPDX-License-Identifier: Apache-2.0
// Sliding windows in a decoder's config.json: "sliding_window", and which layers have it.
#pragma once

#include "hodhod/models/hf/config_reader.h"
#include "hodhod/models/transformer_config.h"

namespace hodhod::hf {

// "sliding_window" says how many keys a query sees, itself included; null: all (0). `usual` if the file does
// not say.
int64_t read_window(ConfigReader& reader, int64_t usual);
// "layer_types" names the attention of each layer, "sliding_attention" or "full_attention". Sets the options
// that say which layers have the window. Error for other names, for another number of layers, and for a
// pattern that the options do not express: layers that all see everything, then ones with a window, of which
// each so-many-th sees everything.
void read_layer_types(ConfigReader& reader, TransformerConfig& config);
void write_layer_types(const TransformerConfig& config, Json& out);

}  // namespace hodhod::hf
