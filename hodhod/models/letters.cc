// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/letters.h"

#include <algorithm>
#include <map>

#include "hodhod/base/error.h"
#include "hodhod/base/utf8.h"

namespace hodhod {

Alphabet::Alphabet(std::string_view letters, const std::string& where) {
  for (size_t at = 0; at < letters.size();) {
    const Character letter = read_character(letters, at);
    check(letter.code != kIllFormed, "{}: byte {} of the letters is not UTF-8", where, at);
    const bool is_new = ids_.emplace(letter.code, size()).second;
    check(is_new, "{}: the letter \"{}\" is there twice; leave one out", where, to_utf8(letter.code));
    at += letter.size;
  }
}

Spelling Alphabet::spell(std::string_view word) const {
  Spelling ids;
  for (size_t at = 0; at < word.size();) {
    const Character letter = read_character(word, at);
    const auto found = ids_.find(letter.code);
    ids.push_back(found == ids_.end() ? 0 : found->second);
    at += letter.size;
  }
  if (ids.empty()) ids = {0};
  if (std::ssize(ids) > kLongestSpelling)
    ids.erase(ids.begin() + kLongestSpelling / 2, ids.end() - kLongestSpelling / 2);
  return ids;
}

std::string letters_of(const WordSource& texts) {
  std::map<char32_t, int64_t> counts;
  for (std::vector<std::string_view> words; texts(words);) {
    for (const std::string_view word : words) {
      for (size_t at = 0; at < word.size();) {
        const Character letter = read_character(word, at);
        if (letter.code != kIllFormed) ++counts[letter.code];
        at += letter.size;
      }
    }
  }
  std::string letters;
  for (const auto& [letter, count] : counts) {
    if (count > 1) append_utf8(letters, letter);
  }
  return letters;
}

WordLetters letters_of_rows(std::span<const SpelledRow> rows, int64_t time) {
  const int64_t count = std::ssize(rows);
  WordLetters letters{.ids = {}, .lengths = {}, .of_tokens = Tensor::zeros({count, time}, DType::i64)};
  std::map<Spelling, int64_t> known;
  std::vector<const Spelling*> spellings;
  size_t longest = 1;
  for (int64_t b = 0; b < count; ++b) {
    const SpelledRow& row = rows[static_cast<size_t>(b)];
    for (size_t w = 0; w < row.places.size(); ++w) {
      const auto [at, is_new] = known.emplace(row.spellings[w], std::ssize(spellings) + 1);
      if (is_new) spellings.push_back(&at->first);
      longest = std::max(longest, at->first.size());
      letters.of_tokens.data<int64_t>()[b * time + row.places[w]] = at->second;
    }
  }
  const Spelling none{0};
  if (spellings.empty()) spellings.push_back(&none);
  const int64_t words = std::ssize(spellings), width = static_cast<int64_t>(longest);
  letters.ids = Tensor::zeros({words, width}, DType::i64);
  letters.lengths = Tensor::empty({words}, DType::i64);
  for (int64_t w = 0; w < words; ++w) {
    const Spelling& spelling = *spellings[static_cast<size_t>(w)];
    letters.lengths.data<int64_t>()[w] = std::ssize(spelling);
    std::copy(spelling.begin(), spelling.end(), letters.ids.data<int64_t>() + w * width);
  }
  return letters;
}

}  // namespace hodhod
