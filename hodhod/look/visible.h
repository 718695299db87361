// SPDX-License-Identifier: Apache-2.0
// Which cells of a matrix [T, S] of attention can be other than masked: key s of query t with s − t ≤ right
// and t − s ≤ left.
#pragma once

#include <algorithm>
#include <cstdint>

namespace hodhod::look {

struct Visible {
  int64_t left = -1, right = -1;  // −1: no limit

  bool all() const { return left < 0 && right < 0; }
  // The keys [begin, end) of query t among `keys`.
  int64_t begin(int64_t t, int64_t keys) const {
    return left < 0 ? 0 : std::clamp<int64_t>(t - left, 0, keys);
  }
  int64_t end(int64_t t, int64_t keys) const {
    return right < 0 ? keys : std::clamp<int64_t>(t + right + 1, 0, keys);
  }
  int64_t count(int64_t t, int64_t keys) const { return std::max<int64_t>(0, end(t, keys) - begin(t, keys)); }
};

}  // namespace hodhod::look
