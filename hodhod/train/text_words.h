// SPDX-License-Identifier: Apache-2.0
// The words of texts one after another, as topics are fitted to them.
#pragma once

#include <cstdint>
#include <vector>

namespace hodhod {

// Words are numbered from 0; text d is words[begin[d]] … words[begin[d + 1] − 1].
struct TextWords {
  std::vector<int32_t> words;
  std::vector<int64_t> begin = {0};
  int64_t vocabulary = 0;  // V

  int64_t texts() const { return std::ssize(begin) - 1; }
};

}  // namespace hodhod
