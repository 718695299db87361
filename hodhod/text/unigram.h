// SPDX-License-Identifier: Apache-2.0
// Unigram language model (Kudo 2018): the segmentation whose tokens' log-probabilities add up to most.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "hodhod/text/model.h"

namespace hodhod::text {

// `pieces[i]` is (token, log-probability) of id i; `unk_id` the id for characters outside, none if absent.
ModelPtr make_unigram(std::vector<std::pair<std::string, double>> pieces, std::optional<int32_t> unk_id,
                      bool byte_fallback = false, const std::string& where = "Unigram");

ModelPtr unigram_from_json(const Json& json, const std::string& where);

}  // namespace hodhod::text
