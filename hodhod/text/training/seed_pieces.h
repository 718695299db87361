// SPDX-License-Identifier: Apache-2.0
// The pieces that Unigram training starts from, and their places in the corpus.
//
// Seeds are the nodes of the generalised suffix tree of all words (Abouelhoda et al. 2004, by way of the
// suffix array and its longest common prefixes): substrings with two different continuations somewhere, and
// whole ends of words. The same tree gives the places of each piece, so that training never looks up a
// string.
#pragma once

#include <cstdint>
#include <vector>

#include "hodhod/text/training/segments.h"

namespace hodhod::text {

struct SeedPieces {
  // For each piece: where one occurrence begins in the codes, its length in characters, and its count. The
  // first pieces are the characters of the alphabet, in its order.
  std::vector<uint32_t> begins;
  std::vector<uint8_t> lengths;
  std::vector<int64_t> counts;

  // The pieces that begin at each place of the codes, longer ones later: edges[offsets[at]] …
  // edges[offsets[at + 1]]. Single characters are not among them. An edge is (piece << 6 | length).
  std::vector<uint32_t> offsets;
  std::vector<uint32_t> edges;
};

constexpr uint32_t kLengthBits = 6;

// Pieces of two to `longest` (< 64) characters that occur at least twice: the `most` pieces with the greatest
// count × length (ties: the first in the order of codes).
SeedPieces find_seed_pieces(const Segments& segments, size_t longest, size_t most);

}  // namespace hodhod::text
