// SPDX-License-Identifier: Apache-2.0
// Training byte-pair encoding (Sennrich et al. 2016): join the most frequent adjacent pair everywhere, again
// and again. Each join updates the counts of the pairs that it changes.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hodhod/text/training/count_words.h"

namespace hodhod::text {

struct BpeTraining {
  size_t tokens = 30000;  // wanted, including the alphabet
  int64_t min_frequency = 2;
  size_t max_length = 16;  // characters of a token
  std::string prefix;      // of symbols that do not begin a word ("##")
  std::string suffix;      // of symbols that end a word ("</w>")
  std::function<void(std::string_view stage, double done)> progress;
};

struct BpeResult {
  std::vector<std::string> tokens;  // the alphabet by code point, then the joined tokens in order
  std::vector<std::pair<std::string, std::string>> merges;
  std::vector<int64_t> counts;  // of each merge when it was made
};

// Characters outside the alphabet never join. Among equally frequent pairs, the one with lower token numbers
// is joined.
BpeResult train_bpe(const std::vector<WordCount>& words, const std::vector<char32_t>& alphabet,
                    const BpeTraining& options);

}  // namespace hodhod::text
