// SPDX-License-Identifier: Apache-2.0
// Reading a corpus into word counts, in parallel and within the memory that training may use.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "hodhod/text/tokenizer.h"
#include "hodhod/text/training/options.h"

namespace hodhod::text {

// Stores the next line (or document) in `line`; false at the end.
using LineSource = std::function<bool(std::string& line)>;

struct WordCount {
  std::string word;  // spelt in the byte alphabet when the pre-tokeniser is ByteLevel
  int64_t count = 0;
};

// The pieces of a corpus after the pipeline's normaliser and pre-tokeniser, with their counts; sorted by
// spelling.
std::vector<WordCount> count_words(const Tokenizer& pipeline, const LineSource& lines,
                                   const TokenizerTraining& options);

}  // namespace hodhod::text
