// SPDX-License-Identifier: Apache-2.0
#include "hodhod/base/utf8.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace hodhod {
namespace {

// RFC 3629 by arithmetic: decode, then look whether encoding the value gives the same bytes.
bool is_character(const std::string& bytes) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(bytes[i]); };
  for (size_t i = 1; i < bytes.size(); ++i) {
    if ((byte(i) & 0xC0) != 0x80) return false;
  }
  const unsigned lead = byte(0);
  if (bytes.size() == 1) return lead < 0x80;
  unsigned value = bytes.size() == 2 ? lead & 0x1F : bytes.size() == 3 ? lead & 0x0F : lead & 0x07;
  const unsigned mark = bytes.size() == 2 ? 0xC0 : bytes.size() == 3 ? 0xE0 : 0xF0;
  if (lead - value != mark) return false;
  for (size_t i = 1; i < bytes.size(); ++i) value = value << 6 | (byte(i) & 0x3F);
  const unsigned least = bytes.size() == 2 ? 0x80 : bytes.size() == 3 ? 0x800 : 0x10000;
  return value >= least && value <= 0x10FFFF && (value < 0xD800 || value > 0xDFFF);
}

TEST(Utf8, EveryPairAndManyLongerSequences) {
  const int edges[] = {0,    0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0,
                       0xBF, 0xC0, 0xC2, 0xE0, 0xED, 0xF0, 0xF4, 0xFF};
  for (int a = 0x80; a < 256; ++a) {
    for (int b = 0; b < 256; ++b) {
      const std::string two = {static_cast<char>(a), static_cast<char>(b)};
      if (is_character(two)) {
        EXPECT_TRUE(is_utf8(two));
      }
      for (int c : edges) {
        const std::string three = two + static_cast<char>(c);
        const bool good = is_character(three) || (is_character(two) && c < 0x80);
        EXPECT_EQ(is_utf8(three), good) << a << " " << b << " " << c;
        for (int d : edges) {
          const std::string four = three + static_cast<char>(d);
          const bool all =
              is_character(four) || (good && d < 0x80) || (is_character(two) && is_character(four.substr(2)));
          EXPECT_EQ(is_utf8(four), all) << a << " " << b << " " << c << " " << d;
        }
      }
    }
  }
}

TEST(Utf8, TellsThePlace) {
  EXPECT_TRUE(is_utf8(""));
  EXPECT_TRUE(is_utf8("plain text longer than a word, می‌رود 😀"));
  for (size_t n = 0; n < 20; ++n) {
    EXPECT_EQ(well_formed_prefix(std::string(n, 'a') + "\xff" + std::string(20, 'b')), n);
    EXPECT_EQ(well_formed_prefix(std::string(n, 'a') + "\xd9"), n);
  }
}

TEST(Utf8, IsMadeOfAnyBytes) {
  EXPECT_EQ(well_formed_utf8("می‌رود 😀"), "می‌رود 😀");
  EXPECT_EQ(well_formed_utf8(""), "");
  EXPECT_EQ(well_formed_utf8("\xff"
                             "a\xd9"),
            "\uFFFD"
            "a\uFFFD");
  EXPECT_EQ(well_formed_utf8("\xf0\x9f\x98"
                             "b"),
            "\uFFFD\uFFFD\uFFFD"
            "b");
}

TEST(Utf8, IsShownAndCutInWholeCharacters) {
  EXPECT_EQ(show_ill_formed("می‌رود\xd9"), "می‌رود⟨D9⟩");
  const std::string text = "aم😀";  // 1, 2 and 4 bytes
  const std::vector<std::string> beginnings = {"", "a", "a", "aم", "aم", "aم", "aم", text, text};
  for (size_t n = 0; n < beginnings.size(); ++n) EXPECT_EQ(whole_characters(text, n), beginnings[n]) << n;
  EXPECT_EQ(count_characters("abcdefgh" + text + "\xff"), 12u);
}

TEST(Utf8, EveryCharacterIsReadAsItIsWritten) {
  for (char32_t code = 0; code < 0x110000; ++code) {
    if (code >= 0xD800 && code < 0xE000) continue;
    const std::string bytes = to_utf8(code);
    const Character c = read_character(bytes);
    ASSERT_TRUE(c.code == code && c.size == bytes.size()) << static_cast<uint32_t>(code);
  }
}

}  // namespace
}  // namespace hodhod
