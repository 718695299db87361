// SPDX-License-Identifier: Apache-2.0
// Word vectors as directions: nearest words, analogies, groups. Words are numbers here, the commonest first.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "hodhod/tensor/tensor.h"

namespace hodhod {

struct NearWord {
  int64_t word = 0;
  double cosine = 0;
  friend bool operator==(const NearWord&, const NearWord&) = default;
};

// a is to b as c is to what? The fourth is the answer.
using Analogy = std::array<int64_t, 4>;

struct AnalogyScore {
  int64_t right = 0, asked = 0;
};

// The vectors of a vocabulary, scaled to length 1; those of length 0 stay.
class WordSpace {
 public:
  // [V, C] f32.
  explicit WordSpace(const Tensor& vectors);

  int64_t size() const { return unit_.dim(0); }
  int64_t width() const { return unit_.dim(1); }
  std::span<const float> vector(int64_t word) const;

  // The `count` words among the first `limit` whose vectors are nearest to `query` in direction, without
  // those of `without`; the nearest first, and of equal ones the commoner.
  std::vector<NearWord> nearest(std::span<const float> query, int64_t count, std::span<const int64_t> without,
                                int64_t limit) const;

  // How many questions have as their answer the word nearest to b − a + c, of the first `limit` words without
  // a, b and c ("3CosAdd", Mikolov et al. 2013). All words of the questions must be below `limit`.
  AnalogyScore score(std::span<const Analogy> questions, int64_t limit) const;

 private:
  Tensor unit_;
};

// The vector scaled to length 1; one of length 0 stays.
std::vector<float> to_length_one(std::span<const float> vector);
double cosine_of(std::span<const float> a, std::span<const float> b);

// Purity of a clustering: words [N, C] are put into as many groups as there are categories by k-means, and
// each group counts for the category that most of its words have. The share of words that are then right.
// Spherical k-means from `starts` starts (k-means++, Arthur & Vassilvitskii 2007), of which the tightest is
// kept.
double cluster_purity(const WordSpace& words, std::span<const int64_t> categories, int64_t starts,
                      uint64_t seed);

}  // namespace hodhod
