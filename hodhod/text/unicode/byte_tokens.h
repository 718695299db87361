// SPDX-License-Identifier: Apache-2.0
// Tokens that stand for one byte, spelt <0x00> to <0xFF>: byte fallback.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace hodhod::text {

std::string byte_token(uint8_t byte);
// The byte that a token stands for, or −1. Hexadecimal digits may be small letters too.
int byte_of_token(std::string_view token);

}  // namespace hodhod::text
