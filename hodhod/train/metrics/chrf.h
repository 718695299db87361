// SPDX-License-Identifier: Apache-2.0
// chrF and chrF++ (Popović 2015, 2017), number for number as sacreBLEU computes them.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hodhod::metrics {

struct ChrfOptions {
  int char_order = 6;
  int word_order = 0;  // 2 for chrF++
  double beta = 2;     // how much more recall weighs than precision
  bool lowercase = false;
  bool whitespace = false;  // blanks count as characters
  bool eps_smoothing =
      false;  // average F over all orders, also those without n-grams (chrF++.py, Moses, NLTK)
};

// Adds up segments; of several references the one that scores best for the segment is taken.
class Chrf {
 public:
  explicit Chrf(ChrfOptions options = {});
  void add(std::string_view hypothesis, std::span<const std::string> references);
  void add(std::string_view hypothesis, const std::string& reference) {
    add(hypothesis, std::span(&reference, 1));
  }
  // 0 to 100.
  double score() const { return score_of(totals_); }

 private:
  struct Counts {
    int64_t hypothesis = 0, reference = 0, matches = 0;
  };
  std::vector<Counts> compare(std::string_view hypothesis, std::string_view reference) const;
  double score_of(const std::vector<Counts>& counts) const;

  ChrfOptions options_;
  std::vector<Counts> totals_;  // of each order, characters first
};

}  // namespace hodhod::metrics
