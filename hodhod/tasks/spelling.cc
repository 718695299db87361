// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/spelling.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "hodhod/base/utf8.h"

namespace hodhod {
namespace {

constexpr size_t kLettersBefore = 2;
constexpr double kSymbols = 0x110000 + 1;  // characters of Unicode, and the end of a word
constexpr char32_t kReplacement = 0xFFFD;  // stands for a byte that is not UTF-8

// Puts into `symbols` the letters of a word and its end, after as many ends as a context has.
void put_symbols(std::string_view word, std::u32string& symbols) {
  symbols.assign(kLettersBefore, SpellingModel::kWordEnd);
  for (size_t at = 0; at < word.size();) {
    const Character letter = read_character(word, at);
    symbols.push_back(letter.code == kIllFormed ? kReplacement : letter.code);
    at += letter.size;
  }
  symbols.push_back(SpellingModel::kWordEnd);
}

// Up to three letters in one number, which tells shorter texts from longer ones.
uint64_t key_of(std::u32string_view letters) {
  constexpr uint64_t kBits = 21, kNone = (uint64_t{1} << kBits) - 1;  // no letter has this code
  uint64_t key = 0;
  for (size_t at = 0; at < 3; ++at) key = key << kBits | (at < letters.size() ? letters[at] : kNone);
  return key;
}

std::u32string letters_of_key(uint64_t key) {
  std::u32string letters;
  for (const int shift : {42, 21, 0}) letters.push_back(static_cast<char32_t>(key >> shift & 0x1FFFFF));
  return letters;
}

}  // namespace

SpellingModel::SpellingModel(const text::Tokenizer& tokenizer) {
  const int32_t unknown = tokenizer.role("unk_token").value_or(-1);
  std::u32string symbols;
  for (int32_t id = 0; id < tokenizer.vocab_size(); ++id) {
    if (tokenizer.is_special(id) || id == unknown) continue;
    put_symbols(tokenizer.readable_token(id), symbols);
    add(symbols);
  }
  sum_up();
}

void SpellingModel::add(std::u32string_view symbols) {
  for (size_t at = kLettersBefore; at < symbols.size(); ++at)
    ++counts_[key_of(symbols.substr(at - kLettersBefore, kLettersBefore + 1))];
}

void SpellingModel::sum_up() {
  const std::vector<std::pair<uint64_t, int64_t>> longest(counts_.begin(), counts_.end());
  for (const auto& [key, count] : longest) {
    const std::u32string letters = letters_of_key(key);
    for (size_t from = 1; from <= kLettersBefore; ++from)
      counts_[key_of(std::u32string_view(letters).substr(from))] += count;
  }
  for (const auto& [key, count] : counts_) {
    std::u32string letters = letters_of_key(key);
    while (letters.back() > kWordEnd) letters.pop_back();
    letters.pop_back();
    Followers& followers = contexts_[key_of(letters)];
    followers.total += count;
    ++followers.kinds;
  }
}

double SpellingModel::probability(std::u32string_view context, char32_t letter) const {
  double p = 1 / kSymbols;
  const size_t longest = std::min(context.size(), kLettersBefore);
  for (size_t length = 0; length <= longest; ++length) {
    std::u32string letters(context.substr(context.size() - length));
    const auto found = contexts_.find(key_of(letters));
    if (found == contexts_.end()) break;  // no longer context has occurred either
    letters.push_back(letter);
    const auto count = counts_.find(key_of(letters));
    const auto kinds = static_cast<double>(found->second.kinds);
    p = ((count == counts_.end() ? 0 : static_cast<double>(count->second)) + kinds * p) /
        (static_cast<double>(found->second.total) + kinds);
  }
  return p;
}

double SpellingModel::cost(std::string_view word) const {
  std::u32string symbols;
  put_symbols(word, symbols);
  const std::u32string_view all = symbols;
  double cost = 0;
  for (size_t at = kLettersBefore; at < all.size(); ++at)
    cost -= std::log(probability(all.substr(at - kLettersBefore, kLettersBefore), all[at]));
  return cost;
}

double spelling_cost(const text::Tokenizer& tokenizer, std::span<const std::string> words) {
  if (words.empty()) return 0;
  const SpellingModel letters(tokenizer);
  double cost = 0;
  for (const std::string& word : words) cost += letters.cost(word);
  return cost;
}

}  // namespace hodhod
