// SPDX-License-Identifier: Apache-2.0
// The parts that special tokens play for a model, by the names that Transformers gives them.
#pragma once

#include <span>
#include <string_view>

namespace hodhod::text {

inline constexpr const char* kTokenRoles[] = {"bos_token", "eos_token", "unk_token", "sep_token",
                                              "pad_token", "cls_token", "mask_token"};

// How tokens of a role are usually spelt, the likeliest first: for tokenizers whose files do not say it.
std::span<const std::string_view> common_spellings(std::string_view role);

}  // namespace hodhod::text
