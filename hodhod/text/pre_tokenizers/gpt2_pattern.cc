// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/pre_tokenizers/gpt2_pattern.h"

namespace hodhod::text {
namespace {

constexpr uint8_t kKinds = kLetter | kNumber | kSpace;

// Length of the contraction after an apostrophe at `p`; 0 if there is none.
size_t contraction(const char* p, const char* end) {
  if (end - p < 2) return 0;
  const char a = p[1];
  if (a == 's' || a == 't' || a == 'm' || a == 'd') return 2;
  if (end - p < 3) return 0;
  const char b = p[2];
  return (a == 'r' && b == 'e') || (a == 'v' && b == 'e') || (a == 'l' && b == 'l') ? 3 : 0;
}

}  // namespace

size_t Gpt2Scanner::next(std::string_view text, size_t at) const {
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  const char* p = begin + at;
  if (*p == '\'') {
    if (const size_t size = contraction(p, end)) return at + size;
  }
  const char* start = p;
  if (*p == ' ' && p + 1 < end) ++start;
  Character c = read_character(start, end);
  uint8_t kind = classes_(c.code) & kKinds;
  if (kind != kSpace) {
    // An optional blank and a run of one kind.
    p = start + c.size;
    while (p < end) {
      c = read_character(p, end);
      if ((classes_(c.code) & kKinds) != kind) break;
      p += c.size;
    }
    return static_cast<size_t>(p - begin);
  }
  // Blanks: all of them at the end of the text, else all but the last, which belongs to what follows.
  const char* last = p;
  const char* q = p;
  while (q < end) {
    c = read_character(q, end);
    if (!(classes_(c.code) & kSpace)) break;
    last = q;
    q += c.size;
  }
  if (q < end && last > p) q = last;
  return static_cast<size_t>(q - begin);
}

}  // namespace hodhod::text
