// SPDX-License-Identifier: Apache-2.0
// What the families of decoders that follow Llama's code have in common.
#pragma once

#include <initializer_list>
#include <string_view>
#include <vector>

#include "hodhod/models/hf/config_reader.h"
#include "hodhod/models/tensor_names.h"
#include "hodhod/models/transformer_config.h"

namespace hodhod::hf {

TransformerConfig llama_defaults();
// Llama's settings, without those that a family does not have.
std::vector<KeyRule> llama_keys(std::initializer_list<std::string_view> left_out = {});
void read_llama(ConfigReader& reader, TransformerConfig& config);
void write_llama(const TransformerConfig& config, Json& out);
TensorNames llama_names();

}  // namespace hodhod::hf
