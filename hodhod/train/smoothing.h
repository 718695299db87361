// SPDX-License-Identifier: Apache-2.0
// From counts to probabilities: how much is kept back from n-grams that were seen, for those that were not.
//
// Notation: h a context, w a word, h' the context h without its first word, c counts, a adjusted counts
// (train/ngram_counts.h), V the words that can be predicted. Each method gives p(w | h) of the n-grams h w
// that were seen, and b(h), so that otherwise p(w | h) = b(h) p(w | h'). For every h, the sum over V is 1.
//
//   modified Kneser–Ney, interpolated (Chen & Goodman 1998, section 4.1.3 and equation 26), as KenLM has it:
//     p(w | h) = max(0, a(h w) − D(a(h w))) / Σ a(h ·) + b(h) p(w | h')
//     b(h) = (D₁ N₁(h ·) + D₂ N₂(h ·) + D₃₊ N₃₊(h ·)) / Σ a(h ·),  N_j the number of words with that count
//     D_j = j − (j + 1) Y n_{j+1} / n_j,  Y = n₁ / (n₁ + 2 n₂),  n_j the number of n-grams of the order
//     below the unigrams: 1 / |V|; or all of it for the unknown word, without `interpolate_unigrams`
//     what pruning takes away is added to b(h)
//   Katz (1987): p(w | h) = d(c(h w)) c(h w) / Σ c(h ·), and b(h) so that the sum is 1;
//     d(r) = (r* / r − x) / (1 − x) for r ≤ 5, with r* = (r + 1) n_{r+1} / n_r and x = 6 n₆ / n₁; 1 above;
//     where nothing would be left for words that were not seen, the denominator grows by 1
//   add-k: p(w | h) = (c(h w) + k) / (Σ c(h ·) + k |V|) at the highest order, uniform for contexts never seen;
//     where k is to be chosen, it is what predicts a text for validation best, and without one each token of
//     the training text from the counts of the others (leave one out)
//   maximum likelihood: p(w | h) = c(h w) / Σ c(h ·); nothing is left for other words
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "hodhod/models/ngram_config.h"
#include "hodhod/models/ngram_trie.h"
#include "hodhod/train/ngram_counts.h"

namespace hodhod {

// The probabilities of all n-grams, computed order by order, in the place of the counts that they are made
// from.
class NgramSmoother {
 public:
  // `unknown` is the id of the unknown word, or −1. `note` is told what a user should know, in sentences.
  // `dev` is the text for validation by which k is chosen, in sequences as the model sees them; it may be
  // empty.
  NgramSmoother(NgramCounts& counts, const NgramConfig& config, int64_t unknown,
                std::function<void(const std::string&)> note = {},
                std::vector<std::vector<int32_t>> dev = {});

  // What the method needs to know of all counts, before the first order. Error when the counts give no
  // discounts and the configuration does not let the usual ones take their place; it names the order and the
  // count.
  void prepare();
  // Sets p of the n-grams of order n, and b of those of order n − 1; to be called for n = 1, 2, …, order.
  void smooth(int64_t n);
  // Turns p and b of order n into log10, after the last order was smoothed.
  void take_logs(int64_t n);

  // Of an n-gram of order n. p is NaN for one that is pruned.
  float probability(int64_t n, size_t i) const { return std::bit_cast<float>(counts_.level(n).adjusted[i]); }
  float backoff(int64_t n, size_t i) const { return std::bit_cast<float>(counts_.level(n).counts[i]); }
  bool is_kept(int64_t n, size_t i) const { return !std::isnan(probability(n, i)); }

  // D₁, D₂ and D₃₊ of each order, or Katz's d(1) … d(5); empty where the method has none.
  const std::vector<std::vector<double>>& discounts() const { return discounts_; }
  double added() const { return added_; }  // k of add-k

 private:
  // The n-grams of order n that continue a context of order n − 1.
  struct Children {
    int64_t n;
    size_t begin, end;
    bool complete;  // the context is as long as contexts can be: it has order − 1 words, or begins a line
  };

  void set_probability(int64_t n, size_t i, double p) const;
  bool survives(int64_t n, size_t i) const;
  double shorter(int64_t n, size_t i) const;
  double total(const Children& children) const;

  std::vector<uint64_t> counts_of_counts(int64_t n, bool adjusted, uint32_t most) const;
  void use_fallback(int64_t n, const std::string& why);
  void find_discounts();
  void find_katz_discounts();
  // For choosing k: how many tokens have so many n-grams like theirs, and how many have a context that
  // occurs so often.
  struct Occurrences {
    std::map<double, double> ngrams, contexts;
  };
  size_t find(const Children& children, uint32_t word) const;
  Occurrences left_out() const;
  Occurrences in_dev() const;
  void choose_added();
  double discount(int64_t n, uint32_t count) const;

  // Each sets p of the children and gives b of the context.
  double kneser_ney(const Children& children) const;
  double katz(const Children& children) const;
  double add_k(const Children& children) const;
  double maximum_likelihood(const Children& children) const;
  // The same for order 1, whose context is empty.
  void kneser_ney_unigrams() const;
  void katz_unigrams() const;
  void plain_unigrams() const;

  NgramCounts& counts_;
  const NgramConfig& config_;
  int64_t unknown_;
  std::function<void(const std::string&)> note_;
  std::vector<std::vector<int32_t>> dev_;
  std::vector<std::vector<double>> discounts_;
  double added_ = 0;
};

}  // namespace hodhod
