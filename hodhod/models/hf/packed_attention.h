// SPDX-License-Identifier: Apache-2.0
// Queries, keys and values that a file packs into one matrix by key head.
#pragma once

#include <string>
#include <vector>

#include "hodhod/models/tensor_names.h"
#include "hodhod/models/transformer_config.h"

namespace hodhod::hf {

// Names of the decoder's query, key and value in the tensors `theirs` + "weight" and "bias". Their rows are,
// for each key head, those of the query heads that share it, of the key, and of the value. With one key head
// these are all queries, a key and a value; with as many as query heads, query, key and value of each head.
std::vector<NameRule> packed_by_key_head(const TransformerConfig& config, const std::string& theirs);

}  // namespace hodhod::hf
