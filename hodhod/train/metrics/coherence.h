// SPDX-License-Identifier: Apache-2.0
// Whether the likeliest words of a topic occur together in texts.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace hodhod::metrics {

struct Coherence {
  // Mean over pairs of log((p(a, b) + 10⁻¹²) / (p(a) p(b))) / −log(p(a, b) + 10⁻¹²), with the probabilities
  // of windows of 10 words (Bouma 2009; Röder, Both & Hinneburg 2015, C_NPMI). From −1 to 1.
  double npmi = 0;
  // Mean over pairs, a likelier than b, of log((D(a, b) + 1) / D(a)), where D counts texts (Mimno et al.
  // 2011).
  double umass = 0;
};

// For each topic, given by its likeliest words, the likeliest first. texts: the words of each text, in order.
// Pairs with a word that does not occur in the texts are left out.
std::vector<Coherence> coherence(std::span<const std::vector<int64_t>> topics,
                                 std::span<const std::vector<int64_t>> texts);

}  // namespace hodhod::metrics
