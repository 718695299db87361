// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/spelling.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "hodhod/base/utf8.h"

namespace hodhod {
namespace {

constexpr size_t kLettersBefore = 2;
constexpr double kSymbols = 0x110000 + 1;  // characters of Unicode, and the end of a word
constexpr uint32_t kReplacement = 0xFFFD;  // stands for a byte that is not UTF-8

// Puts into `symbols` the letters of a word and its end, after as many ends as a context has.
void put_symbols(std::string_view word, std::vector<int32_t>& symbols) {
  symbols.assign(kLettersBefore, SpellingModel::kWordEnd);
  for (size_t at = 0; at < word.size();) {
    const Character letter = read_character(word, at);
    symbols.push_back(static_cast<int32_t>(letter.code == kIllFormed ? kReplacement : letter.code));
    at += letter.size;
  }
  symbols.push_back(SpellingModel::kWordEnd);
}

}  // namespace

// Of at most two letters, which are counted from 1, so that shorter contexts have other keys.
uint64_t SpellingModel::key_of(std::span<const int32_t> context) {
  uint64_t key = 0;
  for (const int32_t letter : context) key = key << 32 | static_cast<uint32_t>(letter + 1);
  return key;
}

SpellingModel::SpellingModel(const text::Tokenizer& tokenizer) {
  const int32_t unknown = tokenizer.role("unk_token").value_or(-1);
  std::vector<int32_t> symbols;
  for (int32_t id = 0; id < tokenizer.vocab_size(); ++id) {
    if (tokenizer.is_special(id) || id == unknown) continue;
    put_symbols(tokenizer.readable_token(id), symbols);
    counts_[kLettersBefore].add(symbols);
  }
  // Counts after shorter contexts are sums of those after longer ones.
  for (const auto& [letters, count] : counts_[kLettersBefore].sorted()) {
    for (size_t from = 1; from <= kLettersBefore; ++from)
      counts_[kLettersBefore - from].add_ngram(std::span(letters).subspan(from), count);
  }
  for (size_t before = 0; before <= kLettersBefore; ++before) {
    for (const auto& [letters, count] : counts_[before].sorted()) {
      Followers& followers = contexts_[key_of(std::span(letters).first(before))];
      followers.total += count;
      ++followers.kinds;
    }
  }
}

double SpellingModel::probability(std::span<const int32_t> letters) const {
  double p = 1 / kSymbols;
  letters = letters.last(std::min(letters.size(), kLettersBefore + 1));
  for (size_t before = 0; before < letters.size(); ++before) {
    const auto ngram = letters.last(before + 1);
    const auto found = contexts_.find(key_of(ngram.first(before)));
    if (found == contexts_.end()) break;  // no longer context has occurred either
    const auto kinds = static_cast<double>(found->second.kinds);
    p = (static_cast<double>(counts_[before].count(ngram)) + kinds * p) /
        (static_cast<double>(found->second.total) + kinds);
  }
  return p;
}

double SpellingModel::cost(std::string_view word) const {
  std::vector<int32_t> symbols;
  put_symbols(word, symbols);
  double cost = 0;
  for (size_t at = kLettersBefore; at < symbols.size(); ++at)
    cost -= std::log(probability(std::span(symbols).subspan(at - kLettersBefore, kLettersBefore + 1)));
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
