// SPDX-License-Identifier: Apache-2.0
// A text as the training of word vectors reads it: numbers of words, sentence after sentence.
#pragma once

#include <cstdint>
#include <vector>

namespace hodhod {

struct WordCorpus {
  std::vector<int32_t> words;            // all sentences one after the other, without unknown words
  std::vector<int64_t> sentences = {0};  // where each begins; the last number is the end
  std::vector<int64_t> counts;           // of each word of the vocabulary, in `words`

  int64_t tokens() const { return static_cast<int64_t>(words.size()); }
  int64_t vocabulary() const { return static_cast<int64_t>(counts.size()); }
  int64_t sentence_count() const { return static_cast<int64_t>(sentences.size()) - 1; }
};

}  // namespace hodhod
