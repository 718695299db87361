// SPDX-License-Identifier: Apache-2.0
// GPT-2's byte alphabet: each of the 256 bytes has a printable character (Radford et al. 2019,
// bytes_to_unicode).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace hodhod::text {

// The code point of a byte: itself if it is printable Latin-1, else U+0100 + n for the n-th one that is not.
char32_t byte_to_character(uint8_t byte);
// Its UTF-8 (one or two bytes).
std::string_view byte_to_utf8(uint8_t byte);
// The byte of a code point; −1 if it is not in the alphabet.
int character_to_byte(char32_t character);

// Raw bytes spelt in the alphabet, and back. `from_byte_alphabet` keeps characters outside the alphabet as
// they are.
std::string to_byte_alphabet(std::string_view bytes);
std::string from_byte_alphabet(std::string_view spelling);

}  // namespace hodhod::text
