// SPDX-License-Identifier: Apache-2.0
// Which layers of a family a low-rank adapter adapts unless others are named.
#pragma once

#include <span>
#include <string_view>

namespace hodhod::hf {

// The names of linear layers in the family's files, without what stands before them ("q_proj"), as Hugging
// Face's PEFT chooses them; empty for an unknown family.
std::span<const std::string_view> lora_targets(std::string_view model_type);

}  // namespace hodhod::hf
