// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/unicode/byte_tokens.h"

#include <fmt/format.h>

namespace hodhod::text {

std::string byte_token(uint8_t byte) { return fmt::format("<0x{:02X}>", byte); }

int byte_of_token(std::string_view token) {
  const auto digit = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
  };
  if (token.size() != 6 || !token.starts_with("<0x") || token[5] != '>') return -1;
  const int high = digit(token[3]), low = digit(token[4]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

}  // namespace hodhod::text
