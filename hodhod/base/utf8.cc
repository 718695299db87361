// SPDX-License-Identifier: Apache-2.0
#include "hodhod/base/utf8.h"

#include <fmt/format.h>

#include <cstring>

namespace hodhod {
namespace {

// Bytes of ASCII that a text begins with, in steps of eight.
size_t ascii_prefix(const char* p, const char* end) {
  const char* start = p;
  while (end - p >= 8) {
    uint64_t word;
    std::memcpy(&word, p, 8);
    if (word & 0x8080808080808080u) break;
    p += 8;
  }
  return static_cast<size_t>(p - start);
}

}  // namespace

size_t well_formed_prefix(std::string_view text) {
  const char* p = text.data();
  const char* end = p + text.size();
  while (p < end) {
    p += ascii_prefix(p, end);
    if (p == end) break;
    const Character c = read_character(p, end);
    if (c.code == kIllFormed) break;
    p += c.size;
  }
  return static_cast<size_t>(p - text.data());
}

std::string well_formed_utf8(std::string_view text) {
  std::string out;
  for (size_t good; (good = well_formed_prefix(text)) < text.size(); text.remove_prefix(good + 1)) {
    out.append(text.substr(0, good)).append("\xEF\xBF\xBD");
  }
  return out.append(text);
}

std::string show_ill_formed(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size();) {
    const Character c = read_character(text, i);
    if (c.code == kIllFormed) {
      out += fmt::format("⟨{:02X}⟩", static_cast<uint8_t>(text[i]));
    } else {
      out.append(text, i, c.size);
    }
    i += c.size;
  }
  return out;
}

size_t count_characters(std::string_view text) {
  const char* p = text.data();
  const char* end = p + text.size();
  size_t count = 0;
  while (p < end) {
    const size_t ascii = ascii_prefix(p, end);
    count += ascii;
    p += ascii;
    if (p == end) break;
    p += read_character(p, end).size;
    ++count;
  }
  return count;
}

}  // namespace hodhod
