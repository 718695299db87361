// SPDX-License-Identifier: Apache-2.0
#include "hodhod/base/utf8.h"

#include <cstdint>
#include <cstring>

namespace hodhod {
namespace {

// The length of the character at p, with `left` bytes to the end; 0 when it is none.
size_t character_length(const unsigned char* p, size_t left) {
  const auto follows = [&](size_t i, unsigned low = 0x80, unsigned high = 0xBF) {
    return i < left && p[i] >= low && p[i] <= high;
  };
  const unsigned lead = p[0];
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return follows(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    const unsigned low = lead == 0xE0 ? 0xA0 : 0x80, high = lead == 0xED ? 0x9F : 0xBF;
    return follows(1, low, high) && follows(2) ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    const unsigned low = lead == 0xF0 ? 0x90 : 0x80, high = lead == 0xF4 ? 0x8F : 0xBF;
    return follows(1, low, high) && follows(2) && follows(3) ? 4 : 0;
  }
  return 0;
}

}  // namespace

size_t first_bad_utf8(std::string_view text) {
  const auto* p = reinterpret_cast<const unsigned char*>(text.data());
  size_t at = 0;
  while (at < text.size()) {
    uint64_t word;
    if (at + 8 <= text.size() && (std::memcpy(&word, p + at, 8), (word & 0x8080808080808080u) == 0)) {
      at += 8;
      continue;
    }
    const size_t length = character_length(p + at, text.size() - at);
    if (length == 0) return at;
    at += length;
  }
  return std::string_view::npos;
}

std::string well_formed_utf8(std::string_view text) {
  std::string out;
  for (size_t bad; (bad = first_bad_utf8(text)) != std::string_view::npos; text.remove_prefix(bad + 1)) {
    out.append(text.substr(0, bad)).append("\xEF\xBF\xBD");
  }
  return out.append(text);
}

}  // namespace hodhod
