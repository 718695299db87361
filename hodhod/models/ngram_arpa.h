// SPDX-License-Identifier: Apache-2.0
// Files of n-grams from ARPA files, and back.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hodhod/models/ngram_trie.h"

namespace hodhod {

// What an ARPA file held, apart from the n-grams.
struct ArpaVocabulary {
  std::vector<std::string> words =
      {};  // by id: <unk> 0, <s> 1, </s> 2, then the others in the order of the file
  std::vector<std::string> warnings = {};  // what was put right, a sentence each
};
inline constexpr int64_t kArpaUnknownId = 0, kArpaBeginId = 1, kArpaEndId = 2;

// Writes the n-grams of the ARPA file to `trie`, with probabilities of 32 or 8 bits. As in KenLM,
//   - a file without <unk>, <s> or </s> gets them, with a log10 probability of −100;
//   - an n-gram whose first or last n − 1 words are no n-gram of the file gets those, with what the file's
//     backoffs give as their probability.
// Error, with the file and the line, for a damaged file (io/arpa.h), an n-gram that occurs twice, and a word
// that is not among the unigrams.
ArpaVocabulary write_ngrams_of_arpa(const std::string& arpa, const std::string& trie, int64_t bits = 32);

// How the ids of a model are spelt in an ARPA file.
struct ArpaSpelling {
  std::vector<std::string> words = {};  // by id
  // The begin and the end of a line. They may be one id: such an id is <s> as the first word of a longer
  // n-gram, and </s> otherwise.
  int64_t begin = -1, end = -1;
  int64_t pad = -1;  // no word
};

// Writes an ARPA file, compressed when its name ends in .gz. Error when two ids are spelt alike, or a word
// holds what parts words.
void write_arpa(const NgramTrie& trie, const ArpaSpelling& spelling, const std::string& arpa);

}  // namespace hodhod
