// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/unicode/byte_alphabet.h"

#include <array>

#include "hodhod/base/utf8.h"

namespace hodhod::text {
namespace {

bool is_printable(unsigned byte) {
  return (byte >= 0x21 && byte <= 0x7E) || (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE;
}

struct Alphabet {
  std::array<char32_t, 256> characters;
  std::array<std::array<char, 2>, 256> utf8;
  std::array<uint8_t, 256> sizes;
  std::array<int16_t, 0x144> bytes;  // by code point

  Alphabet() {
    bytes.fill(-1);
    char32_t next = 0x100;
    for (unsigned byte = 0; byte < 256; ++byte) {
      const char32_t c = is_printable(byte) ? byte : next++;
      characters[byte] = c;
      bytes[c] = static_cast<int16_t>(byte);
      const std::string spelling = to_utf8(c);
      sizes[byte] = static_cast<uint8_t>(spelling.size());
      utf8[byte] = {spelling[0], spelling.size() > 1 ? spelling[1] : '\0'};
    }
  }
};

const Alphabet& alphabet() {
  static const Alphabet kTable;
  return kTable;
}

}  // namespace

char32_t byte_to_character(uint8_t byte) { return alphabet().characters[byte]; }

std::string_view byte_to_utf8(uint8_t byte) { return {alphabet().utf8[byte].data(), alphabet().sizes[byte]}; }

int character_to_byte(char32_t character) {
  return character < alphabet().bytes.size() ? alphabet().bytes[character] : -1;
}

std::string to_byte_alphabet(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const char c : bytes) out.append(byte_to_utf8(static_cast<uint8_t>(c)));
  return out;
}

std::string from_byte_alphabet(std::string_view spelling) {
  std::string out;
  for (size_t i = 0; i < spelling.size();) {
    const Character c = read_character(spelling, i);
    const int byte = character_to_byte(c.code);
    if (byte >= 0) {
      out.push_back(static_cast<char>(byte));
    } else {
      out.append(spelling.substr(i, c.size));
    }
    i += c.size;
  }
  return out;
}

}  // namespace hodhod::text
