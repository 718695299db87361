// SPDX-License-Identifier: Apache-2.0
// Removal of search results with the same text.
#pragma once

#include <algorithm>
#include <vector>

namespace hodhod {

// Removes each result that has the `text` of an earlier, better one. Different tokens may spell the same
// text.
template <class Result>
void keep_distinct(std::vector<Result>& results) {
  std::vector<Result> kept;
  for (Result& result : results) {
    const auto same = [&](const Result& other) { return other.text == result.text; };
    if (std::none_of(kept.begin(), kept.end(), same)) kept.push_back(std::move(result));
  }
  results = std::move(kept);
}

}  // namespace hodhod
