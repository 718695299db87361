// SPDX-License-Identifier: Apache-2.0
// BLEU (Papineni et al. 2002), number for number as sacreBLEU computes it (Post 2018).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hodhod/base/number_range.h"

namespace hodhod::metrics {

enum class BleuTokenizer { v13a, intl, zh, character, none };
constexpr std::array<std::string_view, 5> names_of(BleuTokenizer) {
  return {"13a", "intl", "zh", "char", "none"};
}

// How an order without a match is smoothed: not at all, to a fixed count, by k added to every order above 1,
// or by halving with each such order (Chen and Cherry 2014, methods 1 to 3).
enum class BleuSmoothing { none, floor, add_k, exp };
constexpr std::array<std::string_view, 4> names_of(BleuSmoothing) {
  return {"none", "floor", "add-k", "exp"};
}

struct BleuOptions {
  BleuTokenizer tokenizer = BleuTokenizer::v13a;
  BleuSmoothing smoothing = BleuSmoothing::exp;
  std::optional<double> smoothing_value = {};  // of floor (0.1) and add-k (1)
  bool lowercase = false;
  bool effective_order = false;  // leave out orders that a short text has no n-grams of; for single sentences
  int max_order = 4;

  template <class Visitor>
  void visit(Visitor&& v) {
    v("tokenizer", tokenizer,
      "How BLEU splits text into words; intl knows the punctuation of every script, zh is for Chinese");
    v("smoothing", smoothing, "How BLEU smooths the precision of an order of n-grams without a match");
    v("smoothing_value", smoothing_value,
      "Value of BLEU's smoothing floor (default 0.1) or add-k (default 1)", at_least(0));
    v("lowercase", lowercase, "Ignore the difference between upper and lower case");
  }
};

// The value that the smoothing uses: the given one or its default. Nothing for a smoothing without a value.
std::optional<double> smoothing_value(const BleuOptions& options);

// Error for options that contradict each other.
void check_options(const BleuOptions& options);

struct BleuScore {
  double score = 0;                // 0 to 100
  std::vector<double> precisions;  // of each order, 0 to 100
  double brevity_penalty = 0;
  int64_t hypothesis_length = 0, reference_length = 0;  // in tokens
};

// The tokens of a line with one blank between.
std::string bleu_tokenize(std::string_view line, BleuTokenizer tokenizer);

// Adds up segments; each has one reference or several.
class Bleu {
 public:
  explicit Bleu(BleuOptions options = {});
  void add(std::string_view hypothesis, std::span<const std::string> references);
  void add(std::string_view hypothesis, const std::string& reference) {
    add(hypothesis, std::span(&reference, 1));
  }
  BleuScore score() const;

 private:
  BleuOptions options_;
  std::vector<int64_t> matches_, totals_;  // of each order
  int64_t hypothesis_length_ = 0, reference_length_ = 0;
};

// Of one segment, with effective_order.
BleuScore sentence_bleu(std::string_view hypothesis, std::span<const std::string> references,
                        BleuOptions options = {});

// "54.5/28.8/16.9/10.4 (BP = 1.000 ratio = 1.092 hyp_len = 26002 ref_len = 23816)"
std::string details_of(const BleuScore& score);

}  // namespace hodhod::metrics
