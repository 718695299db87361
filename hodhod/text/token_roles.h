// SPDX-License-Identifier: Apache-2.0
// The roles of special tokens, by their names in Transformers.
#pragma once

#include <span>
#include <string_view>

namespace hodhod::text {

inline constexpr const char* kTokenRoles[] = {"bos_token", "eos_token", "unk_token", "sep_token",
                                              "pad_token", "cls_token", "mask_token"};

// Common spellings of the token with a role, most likely first: for tokenizers whose files do not name it.
std::span<const std::string_view> common_spellings(std::string_view role);

}  // namespace hodhod::text
