// SPDX-License-Identifier: Apache-2.0
// Random text for property tests.
#pragma once

#include <string>
#include <vector>

#include "hodhod/base/rng.h"
#include "hodhod/base/utf8.h"

namespace hodhod::text {

// Characters of many kinds, with those that matter to tokenizers far more often than chance has them.
inline std::string random_text(Rng& rng, size_t characters) {
  static const std::vector<std::string> kCommon = {" ",      " ",        "  ",
                                                   "\n",     "\t",       "\r\n",
                                                   "a",      "b",        "The",
                                                   "don't",  "'s",       "'LL",
                                                   "1",      "12",       "۱",
                                                   "½",      "Ⅷ",        "!",
                                                   "...",    "سلام",     "می\u200Cخواهم",
                                                   "ي",      "ك",        "ـ",
                                                   "\u064E", "é",        "e\u0301",
                                                   "ß",      "İ",        "\u00A0",
                                                   "\u3000", "中文",     "한국",
                                                   "😀",      "👩\u200D💻", "\uFEFF",
                                                   "\uFFFD", "▁",        "<s>",
                                                   "Ġ",      "_",        "\u0300\u0316",
                                                   "ﬁ",      "ﷺ",        "\u1100\u1161\u11A8",
                                                   "\x01",   "\x7F"};
  std::string text;
  for (size_t i = 0; i < characters; ++i) {
    if (rng.below(4) != 0) {
      text += kCommon[rng.below(kCommon.size())];
      continue;
    }
    char32_t code = static_cast<char32_t>(rng.below(rng.below(2) == 0 ? 0x3000 : 0x110000));
    if (code >= 0xD800 && code < 0xE000) code = '?';
    append_utf8(text, code);
  }
  return text;
}

// Any bytes.
inline std::string random_bytes(Rng& rng, size_t count) {
  std::string bytes;
  for (size_t i = 0; i < count; ++i) bytes.push_back(static_cast<char>(rng.below(256)));
  return bytes;
}

}  // namespace hodhod::text
