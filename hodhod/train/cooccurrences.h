// SPDX-License-Identifier: Apache-2.0
// How often words stand near each other, as GloVe counts it (Pennington et al. 2014, §4.2): two words of a
// sentence at the distance d ≤ window count 1/d, in both orders.
#pragma once

#include <cstdint>
#include <vector>

#include "hodhod/train/word_corpus.h"

namespace hodhod {

struct Cooccurrence {
  int32_t word;
  int32_t context;
  double count;
  friend bool operator==(const Cooccurrence&, const Cooccurrence&) = default;
};

// Counts a text, some words at a time, on several threads. A count is a sum in the order of the text,
// whatever their number.
class CooccurrenceCounter {
 public:
  // The corpus must outlive this.
  CooccurrenceCounter(const WordCorpus& corpus, int64_t window);

  // The counts of the words [begin, end) with all others, sorted by word and context.
  std::vector<Cooccurrence> count(int32_t begin, int32_t end) const;

 private:
  struct Sums;
  void count_word(int32_t word, Sums& sums, std::vector<Cooccurrence>& found) const;

  const WordCorpus& corpus_;
  int64_t window_;
  std::vector<int64_t> begin_;   // of each word: where its places begin
  std::vector<int64_t> places_;  // in the text, in order
};

}  // namespace hodhod
