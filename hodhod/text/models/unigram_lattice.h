// SPDX-License-Identifier: Apache-2.0
// The best segmentation under a unigram language model (Kudo 2018, section 3.2):
//
//   x* = argmax over segmentations x of a text of Σ_i score(x_i)
//
// with one unknown piece for a character that no one-character piece spells.
#pragma once

#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

#include "hodhod/text/lookup/double_array.h"
#include "hodhod/text/models/model.h"
#include "hodhod/text/models/piece_output.h"

namespace hodhod::text {

struct UnigramTable {
  DoubleArray trie;            // of the pieces that text is cut into; values index `scores`
  std::vector<double> scores;  // by id
  double unknown_score = 0;
};

// Buffers of one thread.
struct UnigramBuffers {
  struct Node {
    double score = 0;
    double gap = 0;  // the difference between the best way here and the next best
    uint32_t begin = 0;
    int32_t id = 0;
  };
  struct FloatNode {
    float score = 0;
    uint32_t begin = 0;
    int32_t id = 0;
  };
  std::vector<Node> nodes;
  std::vector<FloatNode> float_nodes;
};

// Appends the best pieces of `text` (ranges relative to it), with ties resolved towards the longer last
// piece, as in both reference implementations. Returns the smallest gap along the way: any summation of the
// scores with an error below half of it finds the same pieces.
double best_segmentation(const UnigramTable& table, std::string_view text, UnigramBuffers& buffers,
                         std::vector<Token>& out);

// The same with sums rounded to float after every piece, starting from `score`, as in SentencePiece, which
// sums from the beginning of a sentence. Returns the final sum.
float best_segmentation_in_float(const UnigramTable& table, std::string_view text, float score,
                                 UnigramBuffers& buffers, std::vector<Token>& out);

// A random segmentation with probability ∝ exp(alpha · Σ score) (forward filtering, backward sampling).
void sample_segmentation(const UnigramTable& table, std::string_view text, double alpha, Rng& rng,
                         std::vector<Token>& out);

// The n best segmentations, best first, with their scores. Exact.
struct Segmentation {
  std::vector<Token> tokens;
  double score = 0;
};
std::vector<Segmentation> best_segmentations(const UnigramTable& table, std::string_view text, size_t n);

}  // namespace hodhod::text
