// SPDX-License-Identifier: Apache-2.0
// The letters of words, for models that read them beside tokens: they say something of a word that no
// vocabulary has (Lample et al. 2016, "Neural Architectures for Named Entity Recognition").
//
// Dimensions: B batch, T tokens, W words, L letters.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "hodhod/models/encoder.h"
#include "hodhod/models/text_features.h"

namespace hodhod {

// The ids of a word's letters.
using Spelling = std::vector<int64_t>;

// Of a longer word the letters at both ends are read, half of this number each.
inline constexpr int64_t kLongestSpelling = 64;

// The letters that a model knows. A letter is a Unicode character.
class Alphabet {
 public:
  // UTF-8, each letter once. Error, which begins with `where`, for a letter that is there twice and for bytes
  // that are not UTF-8.
  explicit Alphabet(std::string_view letters, const std::string& where = "alphabet");

  // The number of ids: one for each letter, and 0 for all others.
  int64_t size() const { return 1 + static_cast<int64_t>(ids_.size()); }
  // 1 + the place in the alphabet of each letter of a word, 0 for unknown ones. At least one: a word without
  // letters has an unknown one.
  Spelling spell(std::string_view word) const;

 private:
  std::unordered_map<char32_t, int64_t> ids_;
};

// The letters that occur at least twice in these words, in the order of Unicode. Those that occur once are
// left out, so that a model learns what an unknown letter is.
std::string letters_of(const WordSource& texts);

// The words of a row: the place of each one's first token, and its letters.
struct SpelledRow {
  std::span<const int64_t> places;
  std::span<const Spelling> spellings;
};
// The letters of a batch of rows of T = `time` tokens; each spelling is in it once.
WordLetters letters_of_rows(std::span<const SpelledRow> rows, int64_t time);

}  // namespace hodhod
