// SPDX-License-Identifier: Apache-2.0
// How far two sequences are apart, and what they have in common, 64 places at once: the bits of a word stand
// for a column of the table that the textbooks fill. Time: length × length / 64.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace hodhod::metrics {

using Units = std::span<const std::string_view>;  // words, or characters

// The fewest insertions, deletions and substitutions that make `b` out of `a` (Levenshtein 1966), by the
// method of Myers (1999) with the blocks of Hyyrö (2003).
int64_t edit_distance(Units a, Units b);

// The length of the longest sequence that both hold in this order (Hyyrö 2004).
int64_t common_subsequence(Units a, Units b);

}  // namespace hodhod::metrics
