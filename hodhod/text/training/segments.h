// SPDX-License-Identifier: Apache-2.0
// A corpus as a trainer sees it: distinct words with their counts, in the codes of an alphabet.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hodhod/text/training/count_words.h"

namespace hodhod::text {

// The characters of a model's alphabet, most frequent first (ties: lower code point first).
//
// As many as make up `coverage` of all characters, at most `limit` (0: no limit); those of `always` are
// added.
std::vector<char32_t> choose_alphabet(const std::vector<WordCount>& words, double coverage, int32_t limit,
                                      const std::vector<std::string>& always);

// Runs of characters of the alphabet, as codes 1, 2, … into it, each run followed by a 0.
struct Segments {
  std::vector<uint16_t> codes;
  std::vector<uint32_t> begins;  // of each segment, followed by codes.size()
  std::vector<int64_t> counts;
  std::vector<char32_t> alphabet;

  size_t size() const { return counts.size(); }
  // The segment's end, before its 0.
  uint32_t end(size_t segment) const { return begins[segment + 1] - 1; }
};

// The words in order, split at characters outside the alphabet and after `longest` characters.
// The alphabet may have up to 65,535 characters.
Segments make_segments(const std::vector<WordCount>& words, std::vector<char32_t> alphabet, size_t longest);

}  // namespace hodhod::text
