// SPDX-License-Identifier: Apache-2.0
// Drawing from a discrete distribution in constant time (Walker 1977; Vose 1991).
#pragma once

#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "hodhod/base/error.h"

namespace hodhod {

class AliasTable {
 public:
  // p(i) ∝ weights[i] ≥ 0, of which one at least is above 0.
  explicit AliasTable(std::span<const double> weights)
      : keep_(weights.size(), ~uint32_t{0}), other_(weights.size()) {
    double total = 0;
    for (const double weight : weights) total += weight;
    check(std::isfinite(total) && total > 0, "alias table: the weights add up to {}", total);
    std::vector<double> share(weights.size());  // of a place, whose size is 1
    std::vector<int32_t> small, large;
    for (size_t i = 0; i < weights.size(); ++i) {
      share[i] = weights[i] / total * static_cast<double>(weights.size());
      other_[i] = static_cast<int32_t>(i);
      (share[i] < 1 ? small : large).push_back(static_cast<int32_t>(i));
    }
    while (!small.empty() && !large.empty()) {
      const auto little = static_cast<size_t>(small.back()), much = static_cast<size_t>(large.back());
      small.pop_back();
      keep_[little] = static_cast<uint32_t>(share[little] * 4294967295.0);
      other_[little] = static_cast<int32_t>(much);
      share[much] -= 1 - share[little];
      if (share[much] < 1) {
        large.pop_back();
        small.push_back(static_cast<int32_t>(much));
      }
    }
  }

  // The outcome for a random word: its place is chosen first, and what is left of the word chooses within it.
  int32_t pick(uint32_t word) const {
    const uint64_t product = uint64_t{word} * keep_.size();
    return static_cast<uint32_t>(product) < keep_[product >> 32] ? static_cast<int32_t>(product >> 32)
                                                                 : other_[product >> 32];
  }

 private:
  std::vector<uint32_t> keep_;  // the share of its place that is outcome i's own, of 2³² − 1
  std::vector<int32_t> other_;  // whose the rest is
};

}  // namespace hodhod
