// SPDX-License-Identifier: Apache-2.0
// What the families of encoders that follow RoBERTa's code have in common: RoBERTa, XLM-RoBERTa, Longformer.
#pragma once

#include <string_view>
#include <vector>

#include "hodhod/base/json.h"
#include "hodhod/models/hf/config_reader.h"
#include "hodhod/models/tensor_names.h"
#include "hodhod/models/transformer_config.h"

namespace hodhod::hf {

// The settings that are options of the model.
std::vector<KeyRule> roberta_keys();
// Positions: "max_position_embeddings" counts the rows of the table, of which those up to the padding token's
// are not positions of tokens.
void read_roberta(ConfigReader& reader, TransformerConfig& config);
void write_roberta(const TransformerConfig& config, Json& json);
// Names in body and heads, with the prefix of the body ("roberta.").
TensorNames roberta_names(std::string_view prefix);

}  // namespace hodhod::hf
