// SPDX-License-Identifier: Apache-2.0
// Training byte-pair encoding (Sennrich et al. 2016): join the most frequent adjacent pair, everywhere, again
// and again. Pair counts are kept up to date by what each join changes.
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
  size_t tokens = 30000;  // wanted: alphabet and joined ones
  int64_t min_frequency = 2;
  size_t max_length = 16;  // characters of a token
  std::string prefix;      // of symbols that do not begin a word ("##")
  std::string suffix;      // of symbols that end a word ("</w>")
  std::function<void(std::string_view stage, double done)> progress;
};

struct BpeResult {
  std::vector<std::string> tokens;  // the alphabet by code point, then joined ones in order
  std::vector<std::pair<std::string, std::string>> merges;
  std::vector<int64_t> counts;  // of each merge when it was made
};

// Characters outside the alphabet never join. Among pairs equally frequent, the one of lower token numbers.
BpeResult train_bpe(const std::vector<WordCount>& words, const std::vector<char32_t>& alphabet,
                    const BpeTraining& options);

}  // namespace hodhod::text
