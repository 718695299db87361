// SPDX-License-Identifier: Apache-2.0
// What the families of encoders that follow BERT's code have in common.
#pragma once

#include <string>
#include <vector>

#include "hodhod/models/hf/config_reader.h"
#include "hodhod/models/tensor_names.h"

namespace hodhod::hf {

// The settings of BERT, RoBERTa and RoFormer.
const std::vector<KeyRule>& bert_keys();
// Names in the encoder, with its prefix `at` ("bert."). Positions are not among them.
std::vector<NameRule> bert_encoder_names(const std::string& at);

std::vector<NameRule> joined(std::vector<NameRule> rules, const std::vector<NameRule>& more);

}  // namespace hodhod::hf
