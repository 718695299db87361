// SPDX-License-Identifier: Apache-2.0
// Training a unigram language model over pieces (Kudo 2018, section 3.2): from many seed pieces, expectation
// maximisation with a sparse prior, and removal of the pieces whose loss costs least, in alternation until
// the size is reached.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hodhod/text/training/segments.h"

namespace hodhod::text {

struct UnigramTraining {
  size_t size = 8000;  // pieces wanted, characters included
  size_t seed_size = 1000000;
  size_t max_length = 16;  // characters of a piece
  double shrinking_factor = 0.75;
  int em_iterations = 2;
  std::function<void(std::string_view stage, double done)> progress;
};

// (piece, log-probability), most probable first. All characters of the alphabet are among them. Fewer than
// `size` if the corpus does not have that many pieces. Consumes the segments.
std::vector<std::pair<std::string, double>> train_unigram(Segments segments, const UnigramTraining& options);

// ψ(x) = d ln Γ(x) / dx for x > 0.
double digamma(double x);

}  // namespace hodhod::text
