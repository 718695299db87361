// SPDX-License-Identifier: Apache-2.0
// Where a normalised text can be split into words that are tokenised one by one with the same result.
#pragma once

#include <cstddef>
#include <string_view>

namespace hodhod::text {

// Where a text can be split so that no piece of a vocabulary crosses the boundary.
enum class WordCut {
  none,
  before_space,  // before a run of ▁ (U+2581) that follows something else
  after_space,   // after a run of ▁
};
// Finds the WordCut of a vocabulary: call add for every piece that may be used.
class WordCutFinder {
 public:
  void add(std::string_view piece);
  WordCut result() const {
    return !inner_space_ ? WordCut::before_space : !leading_space_ ? WordCut::after_space : WordCut::none;
  }

 private:
  bool inner_space_ = false;    // some piece has ▁ after something else
  bool leading_space_ = false;  // some piece has something else after ▁
};
// The end of the word that begins at `begin`; `begin` < text.size().
size_t word_end(std::string_view text, size_t begin, WordCut cut);

}  // namespace hodhod::text
