// SPDX-License-Identifier: Apache-2.0
// ROUGE-1, ROUGE-2 and ROUGE-L (Lin 2004) as the package rouge_score computes them, without its stemmer.
//
// Words are runs of letters and digits in lower case. For text in ASCII they are those of rouge_score; it
// knows no other letters, where here those of every script count, with the marks and joiners inside a word.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hodhod::metrics {

std::vector<std::string> rouge_words(std::string_view text);

// F-measures, 0 to 100.
struct RougeScores {
  double rouge1 = 0;   // of words
  double rouge2 = 0;   // of pairs of words
  double rouge_l = 0;  // of the longest common subsequence
};

// Of one segment; of several references, for each measure the one that scores best.
RougeScores segment_rouge(std::string_view hypothesis, std::span<const std::string> references);

// The mean over segments.
class Rouge {
 public:
  void add(std::string_view hypothesis, std::span<const std::string> references);
  RougeScores score() const;

 private:
  RougeScores sum_;
  int64_t segments_ = 0;
};

}  // namespace hodhod::metrics
