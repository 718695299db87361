// SPDX-License-Identifier: Apache-2.0
// What the encoder–decoders that follow BART's code have in common: Marian, BART and mBART.
#pragma once

#include <vector>

#include "hodhod/base/json.h"
#include "hodhod/io/safetensors.h"
#include "hodhod/models/hf/config_reader.h"
#include "hodhod/models/tensor_names.h"
#include "hodhod/models/transformer_config.h"

namespace hodhod::hf {

// The settings that are options of the model.
const std::vector<KeyRule>& pair_keys();
// Writes the settings that follow from others: those of the decoder, and the token that ends a text at the
// length limit.
void write_pair(const TransformerConfig& config, Json& json);

// Names in the body, and of an output layer over the vocabulary.
std::vector<NameRule> pair_names();
std::vector<NameRule> pair_head_names();
// In Transformers, every such model has a bias on the logits.
// Of older files, made by fairseq.
std::vector<std::string> pair_needless();
NamedTensors constant_logits_bias(const TransformerConfig& config);

}  // namespace hodhod::hf
