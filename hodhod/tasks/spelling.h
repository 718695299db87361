// SPDX-License-Identifier: Apache-2.0
// What the letters of a word cost that a tokenizer does not know. A language model says how likely an unknown
// word is, and not which one it is; so a text of unknown words would cost next to nothing. Its letters are
// charged by a model of letters, estimated on the words that the tokenizer took from its training text.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "hodhod/text/tokenizer.h"
#include "hodhod/text/training/ngrams.h"

namespace hodhod {

// Letter by letter, up to the end of a word, after the two letters before (Witten & Bell 1991, method C):
//   p(c | h) = (n(h c) + t(h) p(c | h')) / (n(h) + t(h))
// with n the counts in the words, t(h) the number of different letters that follow h, and h' the context
// without its first letter. Below the empty context stands 1 / U, U being the characters of Unicode and the
// end of a word. So every text has a probability, and those of all texts add up to 1.
class SpellingModel {
 public:
  // Estimated on the tokens that are no special ones, each counted once.
  explicit SpellingModel(const text::Tokenizer& tokenizer);

  // −ln p of the letters of a word and of its end.
  double cost(std::string_view word) const;
  // p of the last of these letters after the others, at most two of which count. kWordEnd is the end of a
  // word, and stands before its first letter.
  double probability(std::span<const int32_t> letters) const;

  static constexpr int32_t kWordEnd = 0x110000;

 private:
  // What follows a context: how often anything does, and how many different letters.
  struct Followers {
    int64_t total = 0, kinds = 0;
  };
  static uint64_t key_of(std::span<const int32_t> context);

  // Of one, two and three letters.
  std::array<text::NgramCounts, 3> counts_ = {text::NgramCounts(1), text::NgramCounts(2),
                                              text::NgramCounts(3)};
  std::unordered_map<uint64_t, Followers> contexts_;
};

// −ln p of the letters of all these words, by a model that is estimated if there are any.
double spelling_cost(const text::Tokenizer& tokenizer, std::span<const std::string> words);

}  // namespace hodhod
